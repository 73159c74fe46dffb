// snippet
package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.test.SimTest;

class ShopTest {
    @SimTest
    void sells_no_more_than_it_has() {
        var shop = new Shop(1);
        Weft.gather(() -> shop.buy("ann"), () -> shop.buy("bob"));
        assertThat(shop.sold()).isEqualTo(1);
    }
}
// end
