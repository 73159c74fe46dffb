# Sourced by entrant/*: builds what they run, once, and starts their JVM with no option beyond Weft's flag.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
java=${JAVA_HOME:?set JAVA_HOME to a JDK 25}/bin/java

if [ ! -e "$root/benchmarks/target/weft-benchmarks.jar" ]; then
  (cd "$root" && mvn -q -B -ntp -Dmaven.test.skip=true -pl benchmarks -am package) >&2 || exit 77
fi

# java_with CLASSPATH MAIN ARGS...: becomes the JVM. BENCH_JAVA_OPTS adds options.
java_with() {
  exec "$java" --add-opens java.base/java.lang=ALL-UNNAMED --enable-native-access=ALL-UNNAMED ${BENCH_JAVA_OPTS:-} -cp "$@"
}
