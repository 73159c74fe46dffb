package dev.weft.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/** What {@link TlsCost} measures, by callbacks of Netty's. */
final class NettyTls {
    private final SslContext server;
    private final SslContext client;
    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final InetSocketAddress there;

    private NettyTls(SslContext server, SslContext client) throws InterruptedException {
        this.server = server;
        this.client = client;
        this.there = (InetSocketAddress) listen().localAddress();
    }

    static void measure(Path store)
            throws GeneralSecurityException, IOException, InterruptedException, ExecutionException {
        char[] password = TlsCost.PASSWORD.toCharArray();
        KeyStore keys = KeyStore.getInstance(store.toFile(), password);
        var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, password);
        var trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        var netty =
                new NettyTls(
                        SslContextBuilder.forServer(own).protocols("TLSv1.3").build(),
                        SslContextBuilder.forClient()
                                .trustManager(trusted)
                                .protocols("TLSv1.3")
                                .endpointIdentificationAlgorithm("HTTPS")
                                .build());
        netty.shakeHands(TlsCost.HANDSHAKES);
        netty.send(TlsCost.MEGABYTES / 4);
        long start = TlsCost.cpuNanos();
        netty.shakeHands(TlsCost.HANDSHAKES);
        long between = TlsCost.cpuNanos();
        netty.send(TlsCost.MEGABYTES);
        TlsCost.report(between - start, TlsCost.cpuNanos() - between);
        var _ = netty.loop.shutdownGracefully();
    }

    private Channel listen() throws InterruptedException {
        return new ServerBootstrap()
                .group(loop)
                .channel(EpollServerSocketChannel.class)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                SslHandler tls = server.newHandler(channel.alloc());
                                channel.pipeline().addLast(tls, new Answer());
                            }
                        })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
    }

    private static final class Answer extends ChannelInboundHandlerAdapter {
        private long length;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            length += bytes.readableBytes();
            bytes.release();
            if (length % (1024 * 1024) == 0) {
                var _ = context.writeAndFlush(context.alloc().buffer(1).writeByte(0));
            }
        }
    }

    private void connect(ChannelInboundHandlerAdapter handler) {
        var _ =
                new Bootstrap()
                        .group(loop)
                        .channel(EpollSocketChannel.class)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        SslHandler tls =
                                                client.newHandler(
                                                        channel.alloc(),
                                                        "localhost",
                                                        there.getPort());
                                        channel.pipeline().addLast(tls, handler);
                                    }
                                })
                        .connect(there);
    }

    private void shakeHands(int number) throws InterruptedException, ExecutionException {
        var done = new CompletableFuture<Boolean>();
        shakeHands(number, done);
        Boolean _ = done.get();
    }

    private void shakeHands(int left, CompletableFuture<Boolean> done) {
        if (left == 0) {
            done.complete(true);
            return;
        }
        connect(
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void userEventTriggered(ChannelHandlerContext context, Object event) {
                        if (event instanceof SslHandshakeCompletionEvent handshake) {
                            if (!handshake.isSuccess()) {
                                done.completeExceptionally(handshake.cause());
                            }
                            var _ =
                                    context.close()
                                            .addListener(closed -> shakeHands(left - 1, done));
                        }
                    }
                });
    }

    private void send(int megabytes) throws InterruptedException, ExecutionException {
        var done = new CompletableFuture<Boolean>();
        byte[] piece = new byte[TlsCost.PIECE];
        connect(
                new ChannelInboundHandlerAdapter() {
                    private int left = megabytes;
                    private int toWrite;

                    @Override
                    public void userEventTriggered(ChannelHandlerContext context, Object event) {
                        if (event instanceof SslHandshakeCompletionEvent) {
                            next(context);
                        }
                    }

                    private void next(ChannelHandlerContext context) {
                        if (left-- == 0) {
                            var _ = context.close().addListener(closed -> done.complete(true));
                            return;
                        }
                        toWrite = 1024 * 1024;
                        write(context);
                    }

                    private void write(ChannelHandlerContext context) {
                        while (toWrite > 0 && context.channel().isWritable()) {
                            toWrite -= piece.length;
                            var _ =
                                    context.write(
                                            context.alloc()
                                                    .directBuffer(piece.length)
                                                    .writeBytes(piece));
                        }
                        context.flush();
                    }

                    @Override
                    public void channelWritabilityChanged(ChannelHandlerContext context) {
                        write(context);
                    }

                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        ((ByteBuf) message).release();
                        next(context);
                    }
                });
        Boolean _ = done.get();
    }
}
