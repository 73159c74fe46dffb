/**
 * The event loop, tasks, groups, scopes and cancellation of Weft, and the primitives that tasks
 * wait on.
 *
 * <p>Depends on the JDK only. Wants {@code --add-opens java.base/java.lang=ALL-UNNAMED} (on the
 * module path {@code =dev.weft.core}); without, it runs in portable mode, which is slower and needs
 * module {@code jdk.management}.
 */
@org.jspecify.annotations.NullMarked
module dev.weft.core {
    requires static transitive org.jspecify;
    requires java.management; // for the watchdog, which loads it when a step looks slow
    requires static jdk.management;
    requires jdk.unsupported;

    exports dev.weft;
    exports dev.weft.sync;

    uses dev.weft.DriverProvider;
}
