/**
 * Sockets in direct style: a read waits for bytes, a write waits for room, and nothing is buffered
 * without a bound.
 *
 * <pre>{@code
 * Weft.run(() -> {
 *     try (var server = TcpServer.listen("localhost", 7000)) {
 *         server.serve(peer -> {
 *             for (var bytes = peer.read(); !bytes.isEmpty(); bytes = peer.read()) {
 *                 peer.write(bytes);
 *             }
 *         });
 *     }
 * });
 * }</pre>
 *
 * <p>{@link dev.weft.net.TcpStream} connects, {@link dev.weft.net.TcpServer} listens, {@link
 * dev.weft.net.UdpSocket} sends and receives datagrams, {@link dev.weft.net.UnixStream} and {@link
 * dev.weft.net.UnixServer} stay on this machine, {@link dev.weft.net.Dns} looks names up; what goes
 * wrong is a {@link dev.weft.net.NetException} that names the other side. {@link
 * dev.weft.net.Stdio} is this program's own input and output. {@link dev.weft.net.StreamPair}
 * connects two streams in memory, for tests; {@link dev.weft.net.SimulatedNetwork} is what all of
 * them use in a simulation. {@link dev.weft.net.InsideNetty} and {@link
 * dev.weft.net.TcpStream#detach()} are for authors of protocols over Netty's codecs.
 */
@NullMarked
package dev.weft.net;

import org.jspecify.annotations.NullMarked;
