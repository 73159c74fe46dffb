/**
 * The event loop, tasks, groups, scopes and cancellation of Weft, and the primitives that tasks
 * wait on.
 *
 * <p>Depends on the JDK only. Needs {@code --add-opens java.base/java.lang=ALL-UNNAMED} (on the
 * module path {@code =dev.weft.core}).
 */
@org.jspecify.annotations.NullMarked
module dev.weft.core {
    requires static transitive org.jspecify;
    requires java.management;
    requires jdk.unsupported;

    exports dev.weft;
    exports dev.weft.sync;

    uses dev.weft.DriverProvider;
}
