package dev.hashlb.core.forward;

/** The four wire ids of a tunnel header, in their order: 0 names nobody, and nobody follows it. Mutable. */
final class WireIds {
    private static final int MOST = 4;

    private final int[] ids = new int[MOST];

    /** @param position 0 to 3 */
    int get(int position) {
        return ids[position];
    }

    void set(int id0, int id1, int id2, int id3) {
        ids[0] = id0;
        ids[1] = id1;
        ids[2] = id2;
        ids[3] = id3;
    }

    /** @param id 0 for none at all */
    void setOnly(int id) {
        set(id, 0, 0, 0);
    }

    /** How many name somebody, 1 at least: the first is taken for a name. */
    int size() {
        int count = 1;
        while (count < MOST && ids[count] != 0) {
            count++;
        }
        return count;
    }

    int last() {
        return ids[size() - 1];
    }

    void setLast(int id) {
        ids[size() - 1] = id;
    }

    /** Behind the last; there must be room. */
    void add(int id) {
        ids[size()] = id;
    }

    /** The second becomes the first, and so on. */
    void removeFirst() {
        System.arraycopy(ids, 1, ids, 0, MOST - 1);
        ids[MOST - 1] = 0;
    }
}
