package dev.weft.net;

import io.netty.buffer.ByteBufHolder;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsPtrRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a server's response says to a question: follows the aliases in it, and believes nothing of
 * other names.
 */
final class DnsAnswer {
    private static final int MOST_ALIASES = 16;
    private static final int MOST_ADDRESSES = 64;

    private final DnsResponse response;
    private final RecordType type;
    private String at;
    private long ttl = Integer.MAX_VALUE;

    private DnsAnswer(DnsResponse response, String name, RecordType type) {
        this.response = response;
        this.type = type;
        this.at = name.toLowerCase(Locale.ROOT);
    }

    static DnsReply read(DnsResponse response, String name, RecordType type) {
        DnsResponseCode code = response.code();
        if (code.equals(DnsResponseCode.NXDOMAIN)) {
            return DnsReply.without(DnsReply.Kind.UNKNOWN_NAME, "");
        }
        if (!code.equals(DnsResponseCode.NOERROR)) {
            return failed("answered " + code);
        }
        try {
            return new DnsAnswer(response, name, type).read();
        } catch (RuntimeException | UnknownHostException garbage) {
            return failed("an answer that makes no sense (" + Failures.text(garbage) + ")");
        }
    }

    private static DnsReply failed(String text) {
        return DnsReply.without(DnsReply.Kind.FAILED, text);
    }

    private DnsReply read() throws UnknownHostException {
        String asked = at;
        for (int aliases = 0; goOn(); aliases++) {
            if (aliases == MOST_ALIASES) {
                return failed("more than " + MOST_ALIASES + " aliases");
            }
        }
        List<InetAddress> addresses = new ArrayList<>();
        for (DnsRecord record : answers(type.ofNetty())) {
            if (record instanceof DnsPtrRecord pointer) {
                return Hostname.isPlain(pointer.hostname())
                        ? DnsReply.answer(pointer.hostname(), ttl(record))
                        : failed("'" + pointer.hostname() + "' is no name");
            }
            if (addresses.size() < MOST_ADDRESSES && record instanceof ByteBufHolder data) {
                byte[] bytes = new byte[data.content().readableBytes()];
                data.content().getBytes(data.content().readerIndex(), bytes);
                addresses.add(InetAddress.getByAddress(bytes));
                ttl = ttl(record);
            }
        }
        if (!addresses.isEmpty()) {
            return DnsReply.answer(addresses, ttl);
        }
        if (response.isTruncated()) {
            return failed("an answer cut short");
        }
        if (has(DnsRecordType.SOA)) {
            return DnsReply.without(DnsReply.Kind.NOTHING, "");
        }
        if (!at.equals(asked)) {
            return DnsReply.alias(at, ttl);
        }
        return has(DnsRecordType.NS) && !response.isRecursionAvailable()
                ? failed("it refers to others")
                : DnsReply.without(DnsReply.Kind.NOTHING, "");
    }

    /** Whether the name at which we are is an alias; then we are at what it stands for. */
    private boolean goOn() {
        for (DnsRecord record : answers(DnsRecordType.CNAME)) {
            if (record instanceof ByteBufHolder data) {
                ttl = ttl(record);
                at =
                        Hostname.normal(
                                DefaultDnsRecordDecoder.decodeName(data.content().duplicate()));
                return true;
            }
        }
        return false;
    }

    /** RFC 2181: an impossible time is none. */
    private long ttl(DnsRecord record) {
        long own = record.timeToLive() > Integer.MAX_VALUE ? 0 : record.timeToLive();
        return Math.min(ttl, own);
    }

    private List<DnsRecord> answers(DnsRecordType wanted) {
        List<DnsRecord> all = new ArrayList<>();
        for (int i = 0; i < response.count(DnsSection.ANSWER); i++) {
            DnsRecord record = response.recordAt(DnsSection.ANSWER, i);
            if (record.type().equals(wanted)
                    && record.dnsClass() == DnsRecord.CLASS_IN
                    && record.name().toLowerCase(Locale.ROOT).equals(at)) {
                all.add(record);
            }
        }
        return all;
    }

    private boolean has(DnsRecordType authority) {
        for (int i = 0; i < response.count(DnsSection.AUTHORITY); i++) {
            if (response.<DnsRecord>recordAt(DnsSection.AUTHORITY, i).type().equals(authority)) {
                return true;
            }
        }
        return false;
    }
}
