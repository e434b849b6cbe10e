import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.semanticweb.owlapi.model.AxiomType;
import org.semanticweb.owlapi.model.EntityType;
import org.semanticweb.owlapi.model.IRI;
import org.semanticweb.owlapi.model.OWLClassAssertionAxiom;
import org.semanticweb.owlapi.model.OWLEntity;
import org.semanticweb.owlapi.model.OWLDeclarationAxiom;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.profiles.OWL2DLProfile;
import org.semanticweb.owlapi.profiles.OWLProfileViolation;

/** Conformance to OWL 2 DL, declarations and puns over the imports closure. */
final class Inspection {
    private static final Set<String> PROPERTY_KINDS =
            Set.of("ObjectProperty", "DataProperty", "AnnotationProperty");
    private static final Set<String> CLASS_KINDS = Set.of("Class", "Datatype");

    private Inspection() {}

    static void run(LoadedOntology loaded, Map<String, Object> report) {
        List<String> violations = new ArrayList<>();
        for (OWLProfileViolation violation :
                new OWL2DLProfile().checkOntology(loaded.root).getViolations()) {
            violations.add(violation.toString());
        }
        report.put("dlViolations", violations);

        Map<IRI, Set<String>> kinds = new TreeMap<>();
        Set<OWLEntity> declared = new HashSet<>();
        Set<IRI> typed = new HashSet<>();
        int axioms = 0;
        int logical = 0;
        for (OWLOntology ontology : loaded.closure) {
            axioms += ontology.getAxiomCount();
            logical += ontology.getLogicalAxiomCount();
            for (OWLEntity entity : ontology.getSignature()) {
                kinds.computeIfAbsent(entity.getIRI(), key -> new TreeSet<>())
                        .add(entity.getEntityType().getName());
            }
            for (OWLDeclarationAxiom axiom : ontology.getAxioms(AxiomType.DECLARATION)) {
                declared.add(axiom.getEntity());
            }
            for (OWLClassAssertionAxiom axiom : ontology.getAxioms(AxiomType.CLASS_ASSERTION)) {
                if (axiom.getIndividual().isNamed()) {
                    typed.add(axiom.getIndividual().asOWLNamedIndividual().getIRI());
                }
            }
        }
        Set<String> undeclared = new TreeSet<>();
        Set<String> untyped = new TreeSet<>();
        for (OWLOntology ontology : loaded.closure) {
            for (OWLEntity entity : ontology.getSignature()) {
                boolean individual = entity.getEntityType() == EntityType.NAMED_INDIVIDUAL;
                if (individual && !typed.contains(entity.getIRI())) {
                    untyped.add(entity.getIRI().toString());
                }
                // OWL 2 requires no declaration of individuals: their class says what they are.
                if (!individual && !entity.isBuiltIn() && !declared.contains(entity)) {
                    undeclared.add(entity.getEntityType().getName() + " " + entity.getIRI());
                }
            }
        }
        report.put("undeclared", new ArrayList<>(undeclared));
        report.put("untypedIndividuals", new ArrayList<>(untyped));
        report.put("illegalPuns", puns(kinds, false));
        report.put("legalPuns", puns(kinds, true));
        report.put("axioms", axioms);
        report.put("logicalAxioms", logical);
        Map<String, Object> counts = new TreeMap<>();
        for (String kind : Set.of("Class", "ObjectProperty", "DataProperty", "NamedIndividual")) {
            counts.put(kind, kinds.values().stream().filter(k -> k.contains(kind)).count());
        }
        report.put("entities", counts);
    }

    /** IRIs used as several kinds of entity: those OWL 2 DL forbids, or the remaining ones. */
    private static List<String> puns(Map<IRI, Set<String>> kinds, boolean legal) {
        List<String> found = new ArrayList<>();
        kinds.forEach(
                (iri, names) -> {
                    boolean forbidden =
                            names.stream().filter(PROPERTY_KINDS::contains).count() > 1
                                    || names.containsAll(CLASS_KINDS);
                    if (names.size() > 1 && forbidden != legal) {
                        found.add(iri + " " + names);
                    }
                });
        return found;
    }
}
