package dev.hashlb.e2e.cluster;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;

/** A suite for the cluster that the environment names, left out where it names none. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIfEnvironmentVariable(named = Environment.KUBECONFIG, matches = ".+")
@ExtendWith(TestCluster.Given.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@interface OnCluster {}
