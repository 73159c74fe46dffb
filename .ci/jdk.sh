# For ./weft and benchmarks/run: find_java sets java_home and java_version, or says what to install and exits.
# It reads release files instead of starting JVMs, and takes WEFT_JAVA_HOME, else JAVA_HOME if it is new enough, else
# the first JDK 25 in the usual folders or on the PATH, else the newest above it.
# shellcheck shell=sh disable=SC2034

# Sets version to the feature release of the JDK in folder $1; false below 25.
new_enough() {
  version=0
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
  while IFS= read -r line; do
    case $line in
      JAVA_VERSION=*)
        version=${line#*\"}
        version=${version%%[!0-9]*}
        ;;
    esac
  done <"$1/release"
  [ "${version:-0}" -ge 25 ]
}

find_java() {
  if [ -n "$WEFT_JAVA_HOME" ]; then
    if new_enough "$WEFT_JAVA_HOME"; then
      java_home=$WEFT_JAVA_HOME java_version=$version
      return
    fi
    echo "weft: WEFT_JAVA_HOME is not a JDK 25 or newer: $WEFT_JAVA_HOME" >&2
    exit 1
  fi
  java_home='' java_version=0
  on_path=$(command -v java) && on_path=$(readlink -f "$on_path") && on_path=${on_path%/bin/java}
  for home in "$JAVA_HOME" /usr/lib/jvm/* /usr/java/* /usr/local/openjdk-* /opt/java/* /opt/jdk* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.m2/jdks/* "$on_path"; do
    new_enough "$home" || continue
    if [ "$home" = "$JAVA_HOME" ] || [ "$version" -eq 25 ]; then
      java_home=$home java_version=$version
      return
    fi
    if [ "$version" -gt "$java_version" ]; then
      java_home=$home java_version=$version
    fi
  done
  if [ -z "$java_home" ]; then
    echo 'weft: needs JDK 25 or newer and found none:' \
      'install one (on Debian and Ubuntu: temurin-25-jdk) or set WEFT_JAVA_HOME' >&2
    exit 1
  fi
}
