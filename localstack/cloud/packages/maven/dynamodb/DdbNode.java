import com.almworks.sqlite4java.SQLiteConnection;
import com.almworks.sqlite4java.SQLiteJob;
import com.almworks.sqlite4java.SQLiteQueue;
import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Starts DynamoDB Local on the loopback interface only, its streams with an index. Its own main class has no option for
 * the one and listens on every interface. Of the other it has none: every write to a table with a stream, and every read of
 * a stream, walks through the records of all streams from the first on, so that each is slower than the one before.
 */
public final class DdbNode {
  private DdbNode() {}

  public static void main(String[] arguments) throws Exception {
    DynamoDBProxyServer node = ServerRunner.createServerFromCommandLineArgs(arguments);
    for (Connector connector : ((Server) field(node, "server")).getConnectors()) {
      ((ServerConnector) connector).setHost("127.0.0.1");
    }
    indexStreams(node);
    node.start();
    node.join();
  }

  /**
   * us holds the records of all streams by their number alone, which is the rowid that each index ends with: to name it would
   * keep this SQLite (3.8.7) from using it. The database is shared, whatever credentials say.
   */
  private static void indexStreams(DynamoDBProxyServer node) throws Exception {
    Object requests = field(field(node, "serverHandler"), "primaryHandler");
    Method database = requests.getClass().getDeclaredMethod("getHandler", String.class);
    database.setAccessible(true);
    SQLiteQueue queue = (SQLiteQueue) field(field(database.invoke(requests, ""), "dbAccess"), "queue");
    queue
        .execute(
            new SQLiteJob<Void>() {
              @Override
              protected Void job(SQLiteConnection connection) throws Throwable {
                connection.exec("CREATE INDEX us_by_shard ON us (ShardID)");
                return null;
              }
            })
        .get();
  }

  private static Object field(Object of, String name) throws ReflectiveOperationException {
    for (Class<?> c = of.getClass(); c != null; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (field.getName().equals(name)) {
          field.setAccessible(true);
          return field.get(of);
        }
      }
    }
    throw new NoSuchFieldException(of.getClass() + " has no " + name);
  }
}
