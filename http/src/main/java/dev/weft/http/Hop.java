package dev.weft.http;

import java.net.URI;

/**
 * A redirect that was followed. Any thread.
 *
 * @param status of the answer that redirected
 * @param uri that was asked, without user, password and fragment
 */
public record Hop(int status, URI uri) {}
