package dev.hashlb.e2e.demo;

import java.io.Console;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the demo shows. On a terminal, tables are drawn again in place while requests run, in colours unless {@code NO_COLOR}
 * is set; elsewhere there are plain lines, and each table once.
 */
final class Screen {
    private static final String BOLD = "1";
    private static final String DIM = "2";
    private static final String RED = "31";
    private static final String GREEN = "32";
    private static final String CYAN = "36";
    private static final int BAR_WIDTH = 24;

    private final PrintStream out;
    private final boolean terminal;
    private final boolean colours;
    private int liveLines;

    Screen(PrintStream out, boolean terminal, boolean colours) {
        this.out = out;
        this.terminal = terminal;
        this.colours = colours;
    }

    /** A screen on standard output, or one that shows nothing. */
    static Screen standard(boolean silent) {
        if (silent) {
            return new Screen(new PrintStream(PrintStream.nullOutputStream()), false, false);
        }
        boolean terminal = isTerminal(System.console());
        return new Screen(System.out, terminal, terminal && System.getenv("NO_COLOR") == null);
    }

    /** Some JDKs have no console where there is no terminal, others one that says so. */
    private static boolean isTerminal(@Nullable Console console) {
        return console != null && console.isTerminal();
    }

    void heading(String text) {
        out.println();
        out.println(paint(BOLD, text));
    }

    void line(String text) {
        out.println("  " + text);
    }

    void quiet(String text) {
        out.println("  " + paint(DIM, text));
    }

    void verdict(boolean good, String text) {
        out.println("  " + (good ? paint(GREEN, "✓") : paint(RED, "✗")) + " " + text);
    }

    /** Shows a tally that is still being filled: on a terminal over the one before, elsewhere not at all. */
    void live(Tally tally) {
        if (terminal) {
            drawInPlace(tally);
        }
    }

    /** Shows a tally that will change no more. */
    void done(Tally tally) {
        if (terminal) {
            drawInPlace(tally);
        } else {
            table(tally, "server", "node").forEach(out::println);
        }
        liveLines = 0;
    }

    /** Shows the routers of flows beside those that were foretold. */
    void routers(Tally tally) {
        table(tally, "router", "").forEach(out::println);
    }

    private void drawInPlace(Tally tally) {
        List<String> lines = table(tally, "server", "node");
        StringBuilder frame = new StringBuilder();
        if (liveLines > 0) {
            frame.append("\u001b[").append(liveLines).append('A');
        }
        lines.forEach(line -> frame.append("\u001b[2K").append(line).append('\n'));
        out.print(frame);
        out.flush();
        liveLines = lines.size();
    }

    private List<String> table(Tally tally, String first, String second) {
        List<String> lines = new ArrayList<>();
        lines.add("  "
                + paint(
                        BOLD,
                        String.format(
                                Locale.ROOT,
                                "%-8s %-5s %9s %9s   %-10s",
                                first,
                                second,
                                "foretold",
                                "real",
                                "agreement")));
        int most = tally.rows().stream().mapToInt(Tally.Row::foretold).max().orElse(1);
        for (Tally.Row row : tally.rows()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-8s %-5s %9d %9d   %s %s",
                    row.server(),
                    row.node(),
                    row.foretold(),
                    row.real(),
                    agreement(row),
                    paint(CYAN, bar(row.real(), most))));
        }
        lines.add(String.format(
                Locale.ROOT,
                "  %-14s %9d %9d   %d agree",
                "all",
                tally.expected(),
                tally.answered(),
                tally.agreeing()));
        return lines;
    }

    private String agreement(Tally.Row row) {
        String text = String.format(Locale.ROOT, "%-10s", row.agreeing() == row.real() ? percent(row) : "DIFFERS");
        return row.agreeing() == row.real() ? paint(row.agrees() ? GREEN : DIM, text) : paint(RED, text);
    }

    private static String percent(Tally.Row row) {
        return row.foretold() == 0 ? "-" : 100L * row.agreeing() / row.foretold() + " %";
    }

    private static String bar(int value, int most) {
        return "█".repeat(Math.min(BAR_WIDTH, BAR_WIDTH * value / Math.max(1, most)));
    }

    private String paint(String code, String text) {
        return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
