package dev.weft.test;

import dev.weft.test.corpus.Bug;
import dev.weft.test.corpus.Corpus;

import java.util.List;
import java.util.stream.Stream;

/** The programs that the kit is measured with. */
final class Subjects {
    /** The bugs of the corpus. */
    static final List<Subject> BROKEN = Corpus.BUGS.stream().map(Subjects::broken).toList();

    /** The same without their bugs. */
    static final List<Subject> FIXED = Corpus.BUGS.stream().map(Subjects::fixed).toList();

    /** What Weft itself has to offer. */
    static final List<Subject> CORE =
            Stream.concat(CoreSubjects.ALL.stream(), CoreSyncSubjects.ALL.stream()).toList();

    /** Those that never fail. */
    static final List<Subject> SOUND = Stream.concat(FIXED.stream(), CORE.stream()).toList();

    static final List<Subject> ALL = Stream.concat(BROKEN.stream(), SOUND.stream()).toList();

    private Subjects() {}

    static Subject broken(Bug bug) {
        return new Subject(bug + " broken", bug::broken, bug.victims(), List.of());
    }

    private static Subject fixed(Bug bug) {
        return new Subject(bug + " fixed", bug::fixed, bug.victims(), List.of());
    }

    static Subject named(String name) {
        return Stream.concat(ALL.stream(), Canaries.ALL.stream())
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no program '" + name + "'"));
    }
}
