package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

/** In memory; a capacity of 0 is for lockstep. */
@ParameterizedClass
@ValueSource(ints = {0, 1, 64 * 1024})
class MemoryStreamContractTest extends StreamContract {
    private final int capacity;

    MemoryStreamContractTest(int capacity) {
        this.capacity = capacity;
    }

    @Override
    <X extends Exception> void connected(Case<X> body) throws Exception {
        Weft.run(() -> Weft.timeout(Duration.ofSeconds(30), () -> paired(body)));
        assertThat(MemoryStream.HEAP.metric().usedHeapMemory()).isZero();
    }

    private <X extends Exception> void paired(Case<X> body) throws X {
        try (var pair = capacity == 0 ? StreamPair.lockstep() : StreamPair.inMemory(capacity)) {
            Weft.group(group -> body.run(group, pair.left(), pair.right()));
        }
    }
}
