package dev.weft.net;

import io.netty.handler.codec.dns.DnsRecordType;

/** What is asked of a name. */
enum RecordType {
    IPV4(1),
    IPV6(28),
    /** Of an address. */
    NAME(12);

    private final int number;

    RecordType(int number) {
        this.number = number;
    }

    DnsRecordType ofNetty() {
        return DnsRecordType.valueOf(number);
    }
}
