import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import software.amazon.event.ruler.Machine;

/**
 * Prints, for each event of a file, the names of the rules that match it: what EventBridge itself would deliver.
 * Arguments: a file of rules, one a line as name, tab, event pattern; a file of events, one a line as JSON.
 */
public class RuleCheck {
  public static void main(String[] args) throws Exception {
    Machine machine = new Machine();
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      String[] rule = line.split("\t", 2);
      machine.addRule(rule[0], rule[1]);
    }
    StringBuilder out = new StringBuilder();
    for (String event : Files.readAllLines(Path.of(args[1]))) {
      out.append(String.join(",", new TreeSet<>(machine.rulesForJSONEvent(event)))).append('\n');
    }
    System.out.print(out);
  }
}
