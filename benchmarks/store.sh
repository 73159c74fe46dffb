# Sourced by tls and churn: builds the benchmarks, and makes a key store for localhost in $store, removed at the end.
. "$(dirname -- "$0")/build.sh"
folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT || exit 1
store=$folder/store.p12
"$java_home/bin/keytool" -genkeypair -alias server -dname CN=localhost -ext san=dns:localhost,ip:127.0.0.1 -keyalg EC \
  -groupname secp256r1 -validity 2 -keystore "$store" -storepass changeit 2>/dev/null || exit 1

java_with() {
  "$java_home/bin/java" --add-opens=java.base/java.lang=ALL-UNNAMED --enable-native-access=ALL-UNNAMED "$@"
}
