package dev.weft.cli;

import java.time.Duration;

/**
 * What each URL is given.
 *
 * @param timeout for all of it: every attempt, the waits between them, the whole body
 * @param connectTimeout for each connection
 * @param retries after the first attempt
 * @param maxBody in bytes, decoded
 */
record FetchLimits(Duration timeout, Duration connectTimeout, int retries, long maxBody) {}
