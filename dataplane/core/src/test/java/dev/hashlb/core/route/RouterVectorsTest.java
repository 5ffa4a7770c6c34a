package dev.hashlb.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.select.Vectors;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.Node;
import dev.hashlb.core.snapshot.TableKind;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The code against what the reference of docs/calculation.md calculates. */
class RouterVectorsTest {
    @Test
    void listsHaveTheReferencesDigests() throws IOException {
        for (Map<String, String> row : Vectors.read("routerlists.csv")) {
            assertThat(list(row).digest()).as(row.get("list")).isEqualTo(Long.parseUnsignedLong(row.get("digest"), 16));
        }
    }

    @Test
    void flowsHaveTheReferencesRouters() throws IOException {
        Map<String, RouterSelections> selections = new HashMap<>();
        for (Map<String, String> row : Vectors.read("routerlists.csv")) {
            selections.put(row.get("list"), RouterSelections.of(list(row)));
        }
        List<Map<String, String>> rows = Vectors.read("routers.csv");
        assertThat(rows).hasSizeGreaterThan(500);
        for (Map<String, String> row : rows) {
            RouterSelections by = selections.get(row.get("list"));
            RouterSelection selection = by.by(
                    row.get("fields").equals("FiveTuple") ? HashFields.FIVE_TUPLE : HashFields.SOURCE_AND_SERVICE,
                    row.get("table").equals("Modulo") ? TableKind.MODULO : TableKind.STABLE);
            Flow flow = Vectors.flow(row, "service");
            int router = selection.router(flow, flow.destinationPort());
            assertThat(by.list().routers().get(router).name()).as("%s", row).isEqualTo(row.get("router"));
        }
    }

    private static RouterList list(Map<String, String> row) {
        return RouterList.of(Arrays.stream(row.get("routers").split(" ", -1))
                .map(r -> r.split("=", -1))
                .map(r -> new Node(r[0], IpAddress.parse(r[1]), true))
                .toList());
    }
}
