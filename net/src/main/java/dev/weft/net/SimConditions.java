package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** How things stand on the way from one host to another: what all faults that hold come to. */
final class SimConditions {
    /** No limit on bytes. */
    static final long NEVER = -1;

    long leastLatency;
    long mostLatency;

    /** In place of those two. */
    @Nullable Function<? super RandomGenerator, Duration> latency;

    double loss;

    /** So many datagrams arrive twice. */
    double duplicates;

    /** Bytes a second of each connection; 0: as many as come. */
    long bandwidth;

    boolean fragments;

    /** Nothing arrives. */
    boolean cut;

    /** Who wants to connect is told that nobody listens. */
    boolean refuses;

    /** Who wants to connect is told nothing. */
    boolean ignores;

    /** After so many more bytes both sides get a reset. */
    long resetAfter = NEVER;

    /** After so many more bytes nothing arrives. */
    long swallowAfter = NEVER;
}
