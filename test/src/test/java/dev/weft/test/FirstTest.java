package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;

/** What a newcomer writes first; its lines are counted. */
class FirstTest {
    @SimTest
    void bothAreAsked() {
        var asked = new java.util.ArrayList<String>();
        Weft.gather(() -> asked.add("ann"), () -> asked.add("bob"));
        assertThat(asked).containsExactlyInAnyOrder("ann", "bob");
    }
}
