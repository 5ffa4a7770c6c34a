package dev.hashlb.core.select;

import dev.hashlb.core.address.Family;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.snapshot.Balancer;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Server;
import dev.hashlb.core.snapshot.TableKind;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From a flow to a slot and from a slot to a server, for one balancer, family and generation. Immutable. One final class for both
 * tables, so that the packet path has no virtual call: {@code Modulo} is the table whose slot i belongs to the i-th server.
 */
public final class SelectionTable {
    /** Owners are stored in 16 bits each. */
    public static final int MAX_SERVERS = 1 << Character.SIZE;

    private final Formula formula;
    private final char[] owners;
    private final int servers;
    private final int listed;
    /** Null for {@code Modulo}, which has none. */
    private final @Nullable OwnerChains chains;
    /** Null where no bucket has more than one owner. */
    private final @Nullable EarlierOwners earlier;

    private SelectionTable(HashFields fields, char[] owners, int servers, int listed, @Nullable OwnerChains chains) {
        this.formula = new Formula(fields, Math.max(1, owners.length));
        this.owners = owners;
        this.servers = servers;
        this.listed = listed;
        this.chains = chains;
        this.earlier = chains == null ? null : chains.earlier();
    }

    /**
     * Computes the table of the servers of a family that take new flows at a generation. Takes milliseconds: not for a
     * packet thread.
     */
    public static SelectionTable of(Balancer balancer, Family family, long generation) {
        return of(balancer, family, generation, null);
    }

    /**
     * The same as {@link #of}, computed from the table of the list before where that is quicker: only for the buckets that the
     * difference can have changed.
     *
     * @param balancer the balancer as it is now, at its own generation
     * @param family the family that this table is for
     */
    public SelectionTable next(Balancer balancer, Family family) {
        return of(balancer, family, balancer.generation(), chains);
    }

    private static SelectionTable of(Balancer balancer, Family family, long generation, @Nullable OwnerChains before) {
        List<Server> all = balancer.servers();
        if (all.size() > MAX_SERVERS) {
            throw new IllegalArgumentException(
                    "balancer " + balancer.name() + " has " + all.size() + " servers, at most " + MAX_SERVERS);
        }
        char[] members = members(all, family, generation);
        HashSettings hash = balancer.hash();
        if (hash.table() == TableKind.MODULO) {
            return new SelectionTable(hash.fields(), members, members.length, all.size(), null);
        }
        OwnerChains chains = before == null
                ? OwnerChains.of(all, family, generation, hash.buckets())
                : before.next(all, family, generation, hash.buckets());
        return new SelectionTable(hash.fields(), chains.first(), members.length, all.size(), chains);
    }

    /** The indexes of the servers that take new flows, in the list's order. */
    private static char[] members(List<Server> all, Family family, long generation) {
        char[] members = new char[all.size()];
        int count = 0;
        for (int i = 0; i < members.length; i++) {
            Server server = all.get(i);
            if (server.families().contains(family)
                    && server.intervalAt(generation).isPresent()) {
                members[count++] = (char) i;
            }
        }
        return Arrays.copyOf(members, count);
    }

    /** Whether no server takes new flows. */
    public boolean isEmpty() {
        return servers == 0;
    }

    /** How many servers take new flows. */
    public int n() {
        return servers;
    }

    /** The formula's N: servers under {@code Modulo}, buckets under {@code Stable}; 0 if the table is empty. */
    public int slots() {
        return isEmpty() ? 0 : owners.length;
    }

    /** Whether slots have owners though perhaps no server takes new flows: under {@code Stable} those that drain. */
    public boolean hasOwners() {
        return owners.length > 0;
    }

    /** The slot of a flow; the table must have owners. */
    public int slot(Flow flow) {
        return slot(flow, flow.destinationPort());
    }

    /**
     * The slot of a flow under {@code SourceAndService} whose destination port stands elsewhere; the table must have owners.
     *
     * @param destinationPort for a fragment, whose own ports are 0: the VIP's sole port for the protocol. {@code FiveTuple}
     *     ignores it, since it counts both ports or, for a fragment, none.
     */
    public int slot(Flow flow, int destinationPort) {
        return formula.slot(flow, destinationPort);
    }

    /**
     * The owner of a slot, as an index into the balancer's servers; if none takes new flows, the last one who did and still
     * lives.
     */
    public int owner(int slot) {
        return owners[slot];
    }

    /** Whether there are owner chains at all: under {@code Stable}. */
    public boolean hasChains() {
        return chains != null;
    }

    /** Whether the slot has had another owner that still lives: then its chain is longer than 1. */
    public boolean moved(int slot) {
        return earlier != null && earlier.moved(slot);
    }

    /** How many servers the slot's owner chain has: its owner and the earlier ones that still live; 0 where no slot has an owner. */
    public int chainLength(int slot) {
        if (!hasOwners()) {
            return 0;
        }
        return earlier == null ? 1 : 1 + earlier.count(slot);
    }

    /**
     * A server of the slot's owner chain, as an index into the balancer's servers.
     *
     * @param position 0 for the owner, below {@link #chainLength}
     */
    public int chain(int slot, int position) {
        return position == 0 || earlier == null ? owners[slot] : earlier.owner(slot, position - 1);
    }

    /** How many slots have more than one owner. */
    public int movedSlots() {
        return earlier == null ? 0 : earlier.movedBuckets();
    }

    /** The memory that the chains take besides the owners themselves; 0 if no slot has moved. */
    public long chainBytes() {
        return earlier == null ? 0 : earlier.memoryBytes();
    }

    /** Why each server is in the chain of a bucket; empty for {@code Modulo}. Computes it anew: not for a packet thread. */
    public List<ChainLink> explainChain(int bucket) {
        return chains == null ? List.of() : chains.explain(bucket);
    }

    /** How many slots each of the balancer's servers owns; a new array. */
    public int[] slotsPerServer() {
        int[] counts = new int[listed];
        if (isEmpty()) {
            return counts;
        }
        for (char owner : owners) {
            counts[owner]++;
        }
        return counts;
    }
}
