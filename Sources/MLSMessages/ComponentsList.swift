import PresentationLanguage

/// `ComponentID component_ids<V>;`
///
/// mls-extensions §4.6: the data of the components `app_components` and `safe_aad`.
package struct ComponentsList: TLSCodable, Hashable, Sendable {
    package let components: [ComponentID]

    package init(_ components: [ComponentID]) {
        self.components = components
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        components = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        writer.write(list: components)
    }
}
