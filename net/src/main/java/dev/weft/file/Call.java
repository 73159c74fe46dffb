package dev.weft.file;

import dev.weft.OffloadOptions;
import dev.weft.Weft;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Path;
import java.util.Objects;

/** A call that may hold its thread, made on another one while the task waits. */
interface Call<T extends @Nullable Object> {
    T run() throws IOException;

    /** A {@link Call} without a value. */
    interface Change {
        void run() throws IOException;
    }

    /** Changes something: cancelled, it is waited for. */
    static <T extends @Nullable Object> T change(String what, Path path, Call<T> call) {
        return make(OffloadOptions.defaults(), what, path, call);
    }

    /** Changes something: cancelled, it is waited for. */
    static void change(String what, Path path, Change call) {
        Call.<@Nullable Void>change(
                what,
                path,
                () -> {
                    call.run();
                    return null;
                });
    }

    /** Only looks, or opens: cancelled, it is left to itself, and closes what it gives. */
    static <T extends @Nullable Object> T look(String what, Path path, Call<T> call) {
        return make(OffloadOptions.defaults().abandonOnCancel(), what, path, call);
    }

    private static <T extends @Nullable Object> T make(
            OffloadOptions options, String what, Path path, Call<T> call) {
        Objects.requireNonNull(path, "the path");
        try {
            return Weft.offload(options.name(what + " " + path.getFileName()), call::run);
        } catch (IOException e) {
            throw FileException.of(path, e);
        } catch (FileException known) {
            throw known;
        } catch (UncheckedIOException e) {
            throw FileException.of(path, Objects.requireNonNull(e.getCause(), "the cause"));
        } catch (NonReadableChannelException e) {
            throw new IllegalStateException(path + " was opened without READ", e);
        } catch (NonWritableChannelException e) {
            throw new IllegalStateException(path + " was opened without WRITE", e);
        }
    }
}
