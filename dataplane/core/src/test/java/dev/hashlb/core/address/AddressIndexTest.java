package dev.hashlb.core.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AddressIndexTest {
    private static final long SEED = 20261124;

    private static int find(AddressIndex index, IpAddress address) {
        return index.find(address.family(), address.high(), address.low());
    }

    @Test
    void findsWhatAHashMapFinds() {
        Random random = new Random(SEED);
        for (int size = 0; size < 200; size++) {
            Map<IpAddress, Integer> expected = new HashMap<>();
            List<IpAddress> addresses = new ArrayList<>();
            while (addresses.size() < size) {
                IpAddress address = few(random);
                expected.putIfAbsent(address, addresses.size());
                addresses.add(address);
            }
            AddressIndex index = new AddressIndex(addresses);
            for (int i = 0; i < 500; i++) {
                IpAddress asked = few(random);
                assertThat(find(index, asked))
                        .as("seed %d, size %d, %s", SEED, size, asked)
                        .isEqualTo(expected.getOrDefault(asked, AddressIndex.ABSENT));
            }
        }
    }

    @Test
    void tellsTheFamiliesApartWhoseNumbersAreEqual() {
        AddressIndex index = new AddressIndex(List.of(IpAddress.parse("::c000:201"), IpAddress.parse("192.0.2.1")));
        assertThat(find(index, IpAddress.parse("192.0.2.1"))).isEqualTo(1);
        assertThat(find(index, IpAddress.parse("::c000:201"))).isZero();
    }

    /** Of 600 addresses: consecutive ones, and both families over the same numbers. */
    private static IpAddress few(Random random) {
        int host = random.nextInt(200);
        return switch (random.nextInt(3)) {
            case 0 -> IpAddress.parse("192.0.2." + host);
            case 1 -> IpAddress.parse("::c000:2%02x".formatted(host));
            default -> IpAddress.parse("2001:db8::%x:1".formatted(host));
        };
    }
}
