package dev.hashlb.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;

/** core knows the JDK and nothing else, and is pure: no I/O, no clock, no thread. */
@AnalyzeClasses(packages = "dev.hashlb.core", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String CORE = "dev.hashlb.core.";

    @ArchTest
    static final ArchRule dependsOnTheJdkOnly = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.hashlb.core..", "java..", "org.jspecify.annotations..");

    @ArchTest
    static final ArchRule doesNoInputAndOutput = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.io..", "java.nio.file..", "java.nio.channels..", "java.net.http..", "java.util.logging..")
            .because("core is a function of its arguments; sockets and files are the agent's");

    @ArchTest
    static final ArchRule usesAddressesButNoNames = noClasses()
            .should()
            .dependOnClassesThat(in(
                    "java.net",
                    Set.of(InetAddress.class, Inet4Address.class, Inet6Address.class, UnknownHostException.class)))
            .orShould()
            .accessTargetWhere(calls(
                    InetAddress.class,
                    Set.of(
                            "getByName",
                            "getAllByName",
                            "getLocalHost",
                            "getHostName",
                            "getCanonicalHostName",
                            "isReachable")))
            .because("a name would be looked up; addresses are read as literals");

    @ArchTest
    static final ArchRule hasNoClockNoChanceAndNoThreads = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.time..", "java.util.concurrent..", "java.util.random..")
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(Thread.class, java.util.Random.class, ProcessBuilder.class, Runtime.class)
            .orShould()
            .accessTargetWhere(calls(System.class, Set.of("currentTimeMillis", "nanoTime", "getenv", "getProperty")))
            .because("every node has to calculate the same");

    @ArchTest
    static final ArchRule calculationKnowsPacketsAndSnapshotsOnly = classes()
            .that()
            .resideInAPackage(CORE + "select")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    CORE + "select", CORE + "address", CORE + "snapshot", CORE + "packet", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule packetsKnowAddressesOnly = classes()
            .that()
            .resideInAPackage(CORE + "packet")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(CORE + "packet", CORE + "address", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.hashlb.core.(*)..").should().beFreeOfCycles();

    private static DescribedPredicate<JavaClass> in(String packageName, Set<Class<?>> butNot) {
        return DescribedPredicate.describe(
                "are in " + packageName,
                c -> c.getPackageName().equals(packageName) && butNot.stream().noneMatch(c::isEquivalentTo));
    }

    private static DescribedPredicate<JavaAccess<?>> calls(Class<?> owner, Set<String> methods) {
        return DescribedPredicate.describe(
                "calls " + owner.getSimpleName() + "." + methods,
                a -> a.getTargetOwner().isEquivalentTo(owner) && methods.contains(a.getName()));
    }
}
