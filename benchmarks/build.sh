# Sourced by the programs here: finds a JDK in $java_home, and builds the benchmarks in $here/target.
# shellcheck shell=sh
here=$(CDPATH='' cd -P -- "$(dirname -- "$0")" && pwd) || exit 1
. "$here/../.ci/jdk.sh"
find_java
[ "$java_version" -eq 25 ] && export JAVA25_HOME="$java_home"
(cd "$here/.." && mvn -q -B -ntp -Dmaven.test.skip=true -pl benchmarks -am package) || exit 1
