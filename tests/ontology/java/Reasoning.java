import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.semanticweb.HermiT.Configuration;
import org.semanticweb.HermiT.Reasoner;
import org.semanticweb.elk.owlapi.ElkReasonerFactory;
import org.semanticweb.owlapi.model.OWLClass;
import org.semanticweb.owlapi.model.OWLNamedIndividual;
import org.semanticweb.owlapi.model.OWLObjectPropertyExpression;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.reasoner.InferenceType;
import org.semanticweb.owlapi.reasoner.Node;
import org.semanticweb.owlapi.reasoner.OWLReasoner;

/** Consistency, satisfiability and classification over the imports closure. */
final class Reasoning {
    private Reasoning() {}

    /** Runs HermiT as strictly as it goes: a datatype that it does not know is an error. */
    static void hermit(LoadedOntology loaded, Map<String, Object> report) {
        long start = System.nanoTime();
        Configuration configuration = new Configuration();
        configuration.ignoreUnsupportedDatatypes = false;
        Reasoner reasoner = new Reasoner(configuration, loaded.root);
        report.put("consistent", reasoner.isConsistent());
        if (reasoner.isConsistent()) {
            reasoner.precomputeInferences(
                    InferenceType.CLASS_HIERARCHY,
                    InferenceType.OBJECT_PROPERTY_HIERARCHY,
                    InferenceType.DATA_PROPERTY_HIERARCHY,
                    InferenceType.CLASS_ASSERTIONS);
            report.put("seconds", (System.nanoTime() - start) / 1e9);
            report.put("unsatisfiableClasses", names(reasoner.getUnsatisfiableClasses()));
            List<String> properties = new ArrayList<>();
            for (OWLObjectPropertyExpression property :
                    reasoner.getBottomObjectPropertyNode().getEntitiesMinusBottom()) {
                properties.add(property.toString());
            }
            report.put("unsatisfiableProperties", properties);
            report.put("hiddenEquivalences", equivalences(reasoner, loaded));
        }
        reasoner.dispose();
    }

    /** Runs ELK and counts the members of each class in the given name space of browse classes. */
    static void elk(LoadedOntology loaded, Map<String, Object> report) {
        long start = System.nanoTime();
        OWLReasoner reasoner = new ElkReasonerFactory().createReasoner(loaded.root);
        reasoner.precomputeInferences(
                InferenceType.CLASS_HIERARCHY, InferenceType.CLASS_ASSERTIONS);
        report.put("consistent", reasoner.isConsistent());
        report.put("unsatisfiableClasses", names(reasoner.getUnsatisfiableClasses()));
        Map<String, Object> members = new TreeMap<>();
        for (OWLClass type : classes(loaded)) {
            if (type.getIRI().toString().contains("/views#")) {
                TreeSet<String> individuals = new TreeSet<>();
                for (OWLNamedIndividual individual :
                        reasoner.getInstances(type, false).getFlattened()) {
                    individuals.add(individual.getIRI().toString());
                }
                members.put(type.getIRI().toString(), new ArrayList<>(individuals));
            }
        }
        report.put("seconds", (System.nanoTime() - start) / 1e9);
        report.put("viewMembers", members);
        reasoner.dispose();
    }

    private static List<String> names(Node<OWLClass> node) {
        List<String> names = new ArrayList<>();
        for (OWLClass type : node.getEntitiesMinusBottom()) {
            names.add(type.getIRI().toString());
        }
        return names;
    }

    /** Named classes that the reasoner finds equal although no axiom says so. */
    private static List<String> equivalences(OWLReasoner reasoner, LoadedOntology loaded) {
        TreeSet<String> found = new TreeSet<>();
        for (OWLClass type : classes(loaded)) {
            Node<OWLClass> node = reasoner.getEquivalentClasses(type);
            if (node.getSize() > 1 && !node.isBottomNode()) {
                found.add(new TreeSet<>(names(node)).toString());
            }
        }
        return new ArrayList<>(found);
    }

    private static List<OWLClass> classes(LoadedOntology loaded) {
        List<OWLClass> classes = new ArrayList<>();
        for (OWLOntology ontology : loaded.closure) {
            classes.addAll(ontology.getClassesInSignature());
        }
        return new ArrayList<>(new TreeSet<>(classes));
    }
}
