/**
 * The {@code weft} command: {@code weft fetch} gets many URLs at once. A program, not a library: it
 * exports nothing to code.
 */
@org.jspecify.annotations.NullMarked
module dev.weft.cli {
    requires static org.jspecify;
    requires dev.weft.core;
    requires dev.weft.net;
    requires dev.weft.http;
    requires info.picocli;

    provides System.LoggerFinder with
            dev.weft.cli.Log;

    opens dev.weft.cli to
            info.picocli;
}
