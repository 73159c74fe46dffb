package dev.weft.http;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Fails a test class that has lost a buffer: Netty's detector follows every one. */
final class NoLeaks implements BeforeAllCallback, AfterAllCallback {

    private static final Queue<String> FOUND = new ConcurrentLinkedQueue<>();

    private static final class Recording<T> extends ResourceLeakDetector<T> {
        Recording(Class<T> resource, int samplingInterval) {
            super(resource, samplingInterval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            FOUND.add(resourceType + records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            FOUND.add(resourceType);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(
                new ResourceLeakDetectorFactory() {
                    @Override
                    @Deprecated
                    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                            Class<T> resource, int samplingInterval, long maxActive) {
                        return new Recording<>(resource, samplingInterval);
                    }
                });
    }

    @Override
    public void afterAll(ExtensionContext context) {
        for (int i = 0; i < 4; i++) {
            System.gc();
            ByteBufAllocator.DEFAULT.directBuffer().release();
        }
        String first = FOUND.poll();
        if (first != null) {
            int others = FOUND.size();
            FOUND.clear();
            throw new AssertionError(
                    "leaked buffers in "
                            + context.getDisplayName()
                            + ", and "
                            + others
                            + " more: "
                            + first);
        }
    }
}
