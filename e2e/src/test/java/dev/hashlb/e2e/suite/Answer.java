package dev.hashlb.e2e.suite;

/**
 * What a server of the suite says about a request.
 *
 * @param pod the name of the pod that took it
 * @param clientAddress whom the server saw
 * @param clientPort from which port
 * @param serverAddress to which address of its own it came; for a socket bound to no address, unspecified over UDP
 * @param serverPort to which port of its own it came
 * @param lengthBytes the length of the request
 * @param sha256 the request's SHA-256
 */
public record Answer(
        String pod,
        String clientAddress,
        int clientPort,
        String serverAddress,
        int serverPort,
        int lengthBytes,
        String sha256) {
    String text() {
        return String.join(
                " ",
                pod,
                clientAddress,
                Integer.toString(clientPort),
                serverAddress,
                Integer.toString(serverPort),
                Integer.toString(lengthBytes),
                sha256);
    }

    static Answer parse(String text) {
        String[] words = text.strip().split(" ", -1);
        return new Answer(
                words[0],
                words[1],
                Integer.parseInt(words[2]),
                words[3],
                Integer.parseInt(words[4]),
                Integer.parseInt(words[5]),
                words[6]);
    }
}
