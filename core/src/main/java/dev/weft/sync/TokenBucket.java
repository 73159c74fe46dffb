package dev.weft.sync;

/** Tokens that drip into a bucket until it is full. */
final class TokenBucket implements RateMeter {
    private final double perNano;
    private final int burst;
    private double tokens;
    private long filledAt;
    private boolean begun;

    TokenBucket(double perNano, int burst) {
        this.perNano = perNano;
        this.burst = burst;
        this.tokens = burst;
    }

    @Override
    public long take(int n, long now) {
        if (begun) {
            tokens = Math.min(burst, tokens + (now - filledAt) * perNano);
        }
        begun = true;
        filledAt = now;
        if (tokens >= n) {
            tokens -= n;
            return 0;
        }
        return (long) Math.ceil((n - tokens) / perNano);
    }

    @Override
    public int most() {
        return burst;
    }

    @Override
    public String toString() {
        return "tokens=" + tokens + "/" + burst;
    }
}
