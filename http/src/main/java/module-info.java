/** HTTP/1.1 client and server for Weft, in direct style. */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-automatic")
module dev.weft.http {
    requires transitive dev.weft.net;
    requires static transitive org.jspecify;
    requires com.github.luben.zstd_jni;
    requires dec;
    requires io.netty.buffer;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;

    exports dev.weft.http;

    uses dev.weft.http.JsonCodec;
}
