package dev.hashlb.core.select;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Interval;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.TableKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The code against what the reference of docs/calculation.md calculates. */
class ReferenceVectorsTest {
    @Test
    void identitiesHaveTheReferencesHashesAndWireIds() throws IOException {
        for (Map<String, String> row : Vectors.read("identities.csv")) {
            String identity = row.get("identity");
            assertThat(Identity.hash(identity)).as(identity).isEqualTo(Long.parseUnsignedLong(row.get("hash"), 16));
            assertThat(Identity.wireId(identity))
                    .as(identity)
                    .isEqualTo(Integer.parseUnsignedInt(row.get("wireId"), 16));
        }
    }

    @Test
    void flowsHaveTheReferencesSlotsAndServers() throws IOException {
        Map<String, List<Server>> lists = lists();
        Map<Balancer, Map<Family, SelectionTable>> tables = new LinkedHashMap<>();
        for (Map<String, String> row : Vectors.read("flows.csv")) {
            HashFields fields =
                    row.get("fields").equals("FiveTuple") ? HashFields.FIVE_TUPLE : HashFields.SOURCE_AND_SERVICE;
            int n = Integer.parseInt(row.get("n"));
            HashSettings hash = row.get("table").equals("Modulo")
                    ? new HashSettings(fields, TableKind.MODULO, HashSettings.DEFAULT_BUCKETS)
                    : new HashSettings(fields, TableKind.STABLE, n);
            List<Server> servers = lists.get(row.get("list"));
            Balancer balancer = ServerLists.balancer(hash, servers);
            Flow flow = Vectors.flow(row, "vip");
            SelectionTable table = tables.computeIfAbsent(balancer, b -> new LinkedHashMap<>())
                    .computeIfAbsent(flow.family(), f -> SelectionTable.of(balancer, f, 1));

            int slot = flow.fragment() ? table.slot(flow, Integer.parseInt(row.get("port"))) : table.slot(flow);

            assertThat(table.slots()).as("%s", row).isEqualTo(n);
            assertThat(slot).as("%s", row).isEqualTo(Integer.parseInt(row.get("slot")));
            assertThat(servers.get(table.owner(slot)).identity()).as("%s", row).isEqualTo(row.get("server"));
        }
    }

    @Test
    void serversOwnTheReferencesBuckets() throws IOException {
        Map<String, List<Server>> lists = lists();
        for (Map<String, String> row : Vectors.read("owners.csv")) {
            List<Server> servers = lists.get(row.get("list"));
            SelectionTable table = table(servers, row);
            long count = 0;
            long sum = 0;
            long squares = 0;
            for (int bucket = 0; bucket < table.slots(); bucket++) {
                if (servers.get(table.owner(bucket)).identity().equals(row.get("identity"))) {
                    count++;
                    sum += bucket;
                    squares += (long) bucket * bucket;
                }
            }
            assertThat(count).as("%s", row).isEqualTo(Long.parseLong(row.get("count")));
            assertThat(sum).as("%s", row).isEqualTo(Long.parseLong(row.get("ownedBucketsSum")));
            assertThat(squares).as("%s", row).isEqualTo(Long.parseLong(row.get("ownedBucketsSquareSum")));
        }
    }

    @Test
    void singleBucketsHaveTheReferencesOwners() throws IOException {
        Map<String, List<Server>> lists = lists();
        for (Map<String, String> row : Vectors.read("buckets.csv")) {
            List<Server> servers = lists.get(row.get("list"));
            int owner = table(servers, row).owner(Integer.parseInt(row.get("bucket")));
            assertThat(servers.get(owner).identity()).as("%s", row).isEqualTo(row.get("owner"));
        }
    }

    @Test
    void bucketsHaveTheReferencesChains() throws IOException {
        Map<String, List<Server>> lists = lists();
        for (Map<String, String> row : Vectors.read("chains.csv")) {
            List<Server> servers = lists.get(row.get("list"));
            SelectionTable table = table(servers, row);
            int bucket = Integer.parseInt(row.get("bucket"));
            List<String> chain = new ArrayList<>();
            for (int i = 0; table.hasOwners() && i < table.chainLength(bucket); i++) {
                chain.add(servers.get(table.chain(bucket, i)).identity());
            }
            assertThat(String.join(" ", chain)).as("%s", row).isEqualTo(row.get("chain"));
        }
    }

    @Test
    void nobodyIsListedBeforeTheFirstGeneration() throws IOException {
        Balancer balancer = ServerLists.balancer(HashSettings.DEFAULT, lists().get("changing"));
        assertThat(SelectionTable.of(balancer, Family.IPV4, 0).isEmpty()).isTrue();
    }

    private static SelectionTable table(List<Server> servers, Map<String, String> row) {
        HashSettings hash =
                new HashSettings(HashFields.FIVE_TUPLE, TableKind.STABLE, Integer.parseInt(row.get("buckets")));
        return SelectionTable.of(
                ServerLists.balancer(hash, servers), Family.IPV4, Long.parseLong(row.get("generation")));
    }

    private static Map<String, List<Server>> lists() throws IOException {
        Map<String, Map<String, List<Interval>>> intervals = new LinkedHashMap<>();
        for (Map<String, String> row : Vectors.read("lists.csv")) {
            String left = row.get("left");
            intervals
                    .computeIfAbsent(row.get("list"), l -> new LinkedHashMap<>())
                    .computeIfAbsent(row.get("identity"), i -> new ArrayList<>())
                    .add(new Interval(
                            Integer.parseInt(row.get("weight")),
                            Long.parseLong(row.get("joined")),
                            left.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(left))));
        }
        Map<String, List<Server>> lists = new LinkedHashMap<>();
        intervals.forEach((name, servers) -> lists.put(
                name,
                servers.entrySet().stream()
                        .map(s -> ServerLists.server(s.getKey(), s.getValue().toArray(Interval[]::new)))
                        .toList()));
        return lists;
    }
}
