import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.semanticweb.owlapi.formats.FunctionalSyntaxDocumentFormat;
import org.semanticweb.owlapi.formats.OWLXMLDocumentFormat;
import org.semanticweb.owlapi.formats.RDFXMLDocumentFormat;
import org.semanticweb.owlapi.formats.TurtleDocumentFormat;
import org.semanticweb.owlapi.io.StreamDocumentSource;
import org.semanticweb.owlapi.model.IRI;
import org.semanticweb.owlapi.model.OWLDocumentFormat;
import org.semanticweb.owlapi.model.OWLImportsDeclaration;
import org.semanticweb.owlapi.model.OWLObject;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.model.OWLOntologyID;

/** Writes an ontology in four syntaxes and reads it back: nothing may be lost, added or changed. */
final class RoundTrip {
    private RoundTrip() {}

    static void run(LoadedOntology loaded, Map<String, Object> report) throws Exception {
        Map<String, OWLDocumentFormat> formats = new LinkedHashMap<>();
        formats.put("rdfxml", new RDFXMLDocumentFormat());
        formats.put("functional", new FunctionalSyntaxDocumentFormat());
        formats.put("owlxml", new OWLXMLDocumentFormat());
        formats.put("turtle", new TurtleDocumentFormat());

        Map<String, byte[]> written = new LinkedHashMap<>();
        for (Map.Entry<String, OWLDocumentFormat> format : formats.entrySet()) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            loaded.manager.saveOntology(loaded.root, format.getValue(), bytes);
            written.put(format.getKey(), bytes.toByteArray());
        }
        OWLOntologyID id = loaded.root.getOntologyID();
        Set<OWLObject> before = content(loaded.root);
        Set<OWLImportsDeclaration> imports = new HashSet<>(loaded.root.getImportsDeclarations());
        OWLOntology current = loaded.root;
        Map<String, Object> outcome = new LinkedHashMap<>();
        for (Map.Entry<String, OWLDocumentFormat> format : formats.entrySet()) {
            // The imports stay loaded, so that only the file under test is read anew.
            loaded.manager.removeOntology(current);
            current =
                    loaded.manager.loadOntologyFromOntologyDocument(
                            new StreamDocumentSource(
                                    new ByteArrayInputStream(written.get(format.getKey())),
                                    IRI.create("file:/round-trip/" + format.getKey()),
                                    format.getValue(),
                                    null));
            Set<OWLObject> after = content(current);
            Set<OWLObject> lost = new HashSet<>(before);
            lost.removeAll(after);
            Set<OWLObject> added = new HashSet<>(after);
            added.removeAll(before);
            boolean header =
                    id.equals(current.getOntologyID())
                            && imports.equals(new HashSet<>(current.getImportsDeclarations()));
            outcome.put(
                    format.getKey(),
                    lost.isEmpty() && added.isEmpty() && header
                            ? "identical"
                            : "lost " + lost + " added " + added + " header same " + header);
        }
        report.put("roundTrip", outcome);
    }

    private static Set<OWLObject> content(OWLOntology ontology) {
        Set<OWLObject> content = new HashSet<>(ontology.getAxioms());
        content.addAll(ontology.getAnnotations());
        return content;
    }
}
