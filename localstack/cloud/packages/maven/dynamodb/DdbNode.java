import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import java.lang.reflect.Field;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Starts DynamoDB Local on the loopback interface only. Its own main class has no option for that and
 * listens on every interface.
 */
public final class DdbNode {
  private DdbNode() {}

  public static void main(String[] arguments) throws Exception {
    DynamoDBProxyServer node = ServerRunner.createServerFromCommandLineArgs(arguments);
    Field field = DynamoDBProxyServer.class.getDeclaredField("server");
    field.setAccessible(true);
    for (Connector connector : ((Server) field.get(node)).getConnectors()) {
      ((ServerConnector) connector).setHost("127.0.0.1");
    }
    node.start();
    node.join();
  }
}
