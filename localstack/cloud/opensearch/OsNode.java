import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;

/**
 * Runs one OpenSearch node in the foreground: OsNode HOME CONFIG DATA LOGS.
 *
 * <p>HOME holds lib, modules and plugins as the distribution does. The distribution's own bootstrap is left out
 * on purpose: it refuses to run as root and installs a security manager, and a development node needs neither.
 */
public final class OsNode {
  private OsNode() {}

  public static void main(String[] arguments) throws Exception {
    Settings settings =
        Settings.builder()
            .put("path.home", arguments[0])
            .put("path.data", folder(arguments[2]))
            .put("path.logs", folder(arguments[3]))
            .build();
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(
            settings, Map.of(), Path.of(arguments[1]), () -> "rialto-local");
    LogConfigurator.registerErrorListener();
    LogConfigurator.configure(environment);

    // As in the distribution, an Error leaves the node in no state to go on.
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> {
          failure.printStackTrace();
          if (failure instanceof Error) {
            Runtime.getRuntime().halt(1);
          }
        });

    Node node = new Node(environment);
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node, closed)));
    try {
      node.start();
    } catch (Exception | Error failure) {
      failure.printStackTrace();
      System.exit(1);
    }
    closed.await();
  }

  private static void close(Node node, CountDownLatch closed) {
    try {
      node.close();
      node.awaitClose(8, TimeUnit.SECONDS);
    } catch (Exception failure) {
      failure.printStackTrace();
    } finally {
      closed.countDown();
    }
  }

  private static String folder(String path) throws IOException {
    return Files.createDirectories(Path.of(path)).toString();
  }
}
