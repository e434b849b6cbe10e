import java.io.File;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.IRI;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.model.OWLOntologyIRIMapper;
import org.semanticweb.owlapi.model.OWLOntologyManager;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** One ontology file, loaded alone with the catalog of its folder, and its imports closure. */
final class LoadedOntology {
    final OWLOntologyManager manager;
    final OWLOntology root;
    final Set<OWLOntology> closure;

    private LoadedOntology(OWLOntologyManager manager, OWLOntology root) {
        this.manager = manager;
        this.root = root;
        this.closure = new HashSet<>(manager.getImportsClosure(root));
    }

    /** Loads a file as Protégé does: imports come from the folder's catalog and nowhere else. */
    static LoadedOntology load(File file, Map<String, Object> report) throws Exception {
        long start = System.nanoTime();
        OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
        List<String> unmapped = new ArrayList<>();
        manager.getIRIMappers().add(catalog(file.getAbsoluteFile().getParentFile(), unmapped));
        report.put("unmappedImports", unmapped);
        OWLOntology root = manager.loadOntologyFromOntologyDocument(file);
        report.put("loadSeconds", (System.nanoTime() - start) / 1e9);
        report.put("format", String.valueOf(manager.getOntologyFormat(root)));
        List<String> foreign = new ArrayList<>();
        LoadedOntology loaded = new LoadedOntology(manager, root);
        for (OWLOntology ontology : loaded.closure) {
            IRI document = manager.getOntologyDocumentIRI(ontology);
            if (!"file".equals(document.getScheme())) {
                foreign.add(document.toString());
            }
        }
        report.put("notFromFiles", foreign);
        report.put("ontologies", loaded.closure.size());
        return loaded;
    }

    private static OWLOntologyIRIMapper catalog(File folder, List<String> unmapped)
            throws Exception {
        Map<String, IRI> entries = new TreeMap<>();
        File catalog = new File(folder, "catalog-v001.xml");
        if (catalog.isFile()) {
            NodeList uris =
                    DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(catalog)
                            .getElementsByTagName("uri");
            for (int i = 0; i < uris.getLength(); i++) {
                Element uri = (Element) uris.item(i);
                entries.put(
                        uri.getAttribute("name"),
                        IRI.create(catalog.toURI().resolve(uri.getAttribute("uri"))));
            }
        }
        return iri -> {
            IRI mapped = entries.get(iri.toString());
            if (mapped == null && !"file".equals(iri.getScheme())) {
                unmapped.add(iri.toString());
                // A file that cannot exist: the import fails instead of reaching for the network.
                return IRI.create(new File(folder, "not-in-the-catalog").toURI());
            }
            return mapped;
        };
    }
}
