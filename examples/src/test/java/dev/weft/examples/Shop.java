package dev.weft.examples;

import dev.weft.Weft;
import dev.weft.sync.Lock;

import java.time.Duration;

/** What {@code docs/testing.md} tests. */
final class Shop {
    private final Lock lock = new Lock();
    private int stock;
    private int sold;

    Shop(int stock) {
        this.stock = stock;
    }

    /** Sells one, if there is one. */
    boolean buy(String customer) {
        try (var _ = lock.acquire()) {
            if (stock == 0) {
                return false;
            }
            pay(customer);
            stock--;
            sold++;
            return true;
        }
    }

    private static void pay(String customer) {
        Weft.sleep(Duration.ofMillis(customer.length()));
    }

    int stock() {
        return stock;
    }

    int sold() {
        return sold;
    }

    boolean isBusy() {
        return lock.locked();
    }
}
