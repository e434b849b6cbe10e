import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.semanticweb.owlapi.apibinding.OWLManager;

/**
 * Structural and logical gate over ontology files, run with OWL API 4.5 and 5.1 alike.
 *
 * <p>Each argument is TASK=FILE. Tasks: {@code inspect} (profile, declarations, puns, round trips),
 * {@code hermit} (consistency, satisfiability, classification), {@code elk} (the same with the
 * reasoner that one browses with). Prints one JSON array with an object per argument. Faults of the
 * ontologies are reported, not thrown; the exit code is 0 unless the program itself fails.
 */
public final class OntologyGate {
    private OntologyGate() {}

    public static void main(String[] arguments) {
        NetworkGuard guard = NetworkGuard.install();
        OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        List<Map<String, Object>> reports = new ArrayList<>();
        for (String argument : arguments) {
            int split = argument.indexOf('=');
            String task = argument.substring(0, split);
            File file = new File(argument.substring(split + 1));
            Map<String, Object> report = new LinkedHashMap<>();
            report.put("task", task);
            report.put("file", file.getPath());
            report.put("api", OWLManager.class.getPackage().getImplementationVersion());
            guard.reset();
            // What this process spent on all cores: other jobs of the machine do not count.
            long start = system.getProcessCpuTime();
            try {
                LoadedOntology loaded = LoadedOntology.load(file, report);
                switch (task) {
                    case "inspect" -> {
                        Inspection.run(loaded, report);
                        RoundTrip.run(loaded, report);
                    }
                    case "hermit" -> Reasoning.hermit(loaded, report);
                    case "elk" -> Reasoning.elk(loaded, report);
                    default -> throw new IllegalArgumentException("unknown task " + task);
                }
            } catch (Exception | Error fault) {
                report.put("fault", fault.toString());
            }
            report.put("cpuSeconds", (system.getProcessCpuTime() - start) / 1e9);
            report.put("networkAttempts", guard.attempts());
            reports.add(report);
        }
        System.out.println(Json.write(reports));
    }
}
