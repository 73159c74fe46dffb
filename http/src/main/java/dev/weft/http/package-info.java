/**
 * HTTP/1.1 in direct style: a call that waits looks like any other call and parks the task.
 *
 * {@snippet :
 * Weft.run(() -> {
 *     try (var client = HttpClient.create()) {
 *         System.out.println(client.get("https://example.org/").text());
 *     }
 * });
 * }
 *
 * <p>Everything here is loop-confined unless its page says otherwise. All failures are {@link
 * dev.weft.http.HttpException}s, a sealed hierarchy that names the request and the cause.
 */
@NullMarked
package dev.weft.http;

import org.jspecify.annotations.NullMarked;
