package dev.weft.test;

import dev.weft.Simulation;

/** The JVM flag without which there is no simulation. */
final class Flag {
    private Flag() {}

    /**
     * Says where to put it.
     *
     * @throws IllegalStateException if it is missing
     */
    static void require() {
        Module weft = Simulation.class.getModule();
        if (Object.class.getModule().isOpen("java.lang", weft)) {
            return;
        }
        String module = weft.isNamed() ? weft.getName() : "ALL-UNNAMED";
        String flag = "--add-opens java.base/java.lang=" + module;
        throw new IllegalStateException(
                "a simulation needs a JVM that was started with\n    "
                        + flag
                        + "\nMaven, in the configuration of maven-surefire-plugin:\n    <argLine>"
                        + flag
                        + "</argLine>\nGradle, in tasks.test:\n"
                        + "    jvmArgs(\"--add-opens\", \"java.base/java.lang="
                        + module
                        + "\")\nIDE, in the VM options of the run configuration, or of its template"
                        + " for JUnit:\n    "
                        + flag);
    }
}
