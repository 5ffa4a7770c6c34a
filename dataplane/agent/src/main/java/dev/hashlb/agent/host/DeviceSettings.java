package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.netlink.Devconf;
import dev.hashlb.agent.linux.netlink.Link;
import dev.hashlb.agent.linux.netlink.Rtnetlink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Changes per-device IPv4 settings by way of the journal: {@link #changes}, then record them, then {@link #make}. */
final class DeviceSettings {
    private DeviceSettings() {}

    /** What has to change for a device to have these values. */
    static List<JournalEntry> changes(Place place, Link link, Map<Devconf, Integer> wanted) {
        List<JournalEntry> changes = new ArrayList<>();
        wanted.forEach((setting, value) -> {
            int now = link.ipv4().getOrDefault(setting, value);
            if (now != value) {
                changes.add(new JournalEntry(
                        place,
                        JournalEntry.Kind.DEVICE_SETTING,
                        link.name() + " " + link.index() + " " + setting.sysctlName(),
                        String.valueOf(now),
                        String.valueOf(value)));
            }
        });
        return changes;
    }

    static void make(Rtnetlink rtnetlink, List<JournalEntry> changes) throws IOException {
        for (JournalEntry change : changes) {
            if (change.kind() == JournalEntry.Kind.DEVICE_SETTING) {
                Key key = Key.parse(change.key());
                rtnetlink.links().setIpv4(key.index, Map.of(key.setting, Integer.valueOf(change.after())));
            }
        }
    }

    /** Puts the old values back where the device is still there and still has ours. */
    static void undo(Rtnetlink rtnetlink, List<JournalEntry> changes) throws IOException {
        for (JournalEntry change : changes) {
            if (change.kind() == JournalEntry.Kind.DEVICE_SETTING) {
                Key key = Key.parse(change.key());
                Optional<Link> link =
                        rtnetlink.links().find(key.index).filter(l -> l.name().equals(key.device));
                Integer now = link.map(l -> l.ipv4().get(key.setting)).orElse(null);
                if (now != null && now == Integer.parseInt(change.after())) {
                    rtnetlink.links().setIpv4(key.index, Map.of(key.setting, Integer.valueOf(change.before())));
                }
            }
        }
    }

    private record Key(String device, int index, Devconf setting) {
        static Key parse(String key) {
            String[] parts = key.split(" ", -1);
            return new Key(parts[0], Integer.parseInt(parts[1]), Devconf.valueOf(parts[2].toUpperCase(Locale.ROOT)));
        }
    }
}
