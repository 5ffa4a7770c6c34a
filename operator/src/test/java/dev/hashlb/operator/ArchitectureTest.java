package dev.hashlb.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.hashlb.operator", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule modelIsPure = noClasses()
            .that()
            .resideInAPackage("..operator.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.fabric8.kubernetes.client..",
                    "io.javaoperatorsdk..",
                    "io.quarkus..",
                    "jakarta..",
                    "io.grpc..",
                    "io.netty..",
                    "com.google.protobuf..",
                    "java.net.http..",
                    "java.nio.file..",
                    "java.util.concurrent..",
                    "..operator.cluster..",
                    "..operator.push..",
                    "..operator.identity..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule pushKnowsNoKubernetes = noClasses()
            .that()
            .resideInAPackage("..operator.push..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.fabric8..", "io.javaoperatorsdk..", "..operator.cluster..", "..operator.model..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles = slices().matching("dev.hashlb.operator.(*)..")
            .should()
            .beFreeOfCycles()
            .allowEmptyShould(true);
}
