package dev.hashlb.agent.config;

import dev.hashlb.core.declare.Place;
import java.util.HashMap;
import java.util.Map;

/** Where in a file the places of its documents are. */
final class Lines {
    private record Key(int document, String path) {}

    private final Map<Key, Integer> lines = new HashMap<>();

    void put(Place place, int line) {
        lines.putIfAbsent(new Key(place.document(), place.path()), line);
    }

    /** The line of a place, or of the nearest place around it that the file has; 0 if there is none. */
    int of(Place place) {
        String path = place.path();
        while (true) {
            Integer line = lines.get(new Key(place.document(), path));
            if (line != null) {
                return line;
            }
            if (path.isEmpty()) {
                return 0;
            }
            path = path.substring(0, Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['))));
        }
    }
}
