package dev.hashlb.e2e.demo;

/** A connection to be made: whence and whither. */
record Flow(String clientAddress, int clientPort, String vip, int vipPort) {
    /** As {@code hashlb trace} reads it. */
    String text() {
        return "TCP " + end(clientAddress, clientPort) + " " + end(vip, vipPort);
    }

    private static String end(String address, int port) {
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
    }
}
