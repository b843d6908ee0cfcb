import PresentationLanguage

/// ```
/// struct {
///     ComponentID component_id;
///     opaque data<V>;
/// } ComponentData;
/// ```
/// mls-extensions §4.6. An entry of an `AppDataDictionary` or a `SafeAAD`, and, by itself, the
/// content of an AppEphemeral proposal (§4.8).
package struct ComponentData: TLSCodable, Hashable, Sendable {
    package let component: ComponentID
    package let data: [UInt8]

    package init(_ component: ComponentID, data: [UInt8]) {
        self.component = component
        self.data = data
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        component = try ComponentID(from: &reader)
        data = try reader.readOpaque()
    }

    package func write(to writer: inout Writer) {
        component.write(to: &writer)
        writer.write(opaque: data)
    }
}

/// `ComponentData component_data<V>;`
///
/// mls-extensions §4.6 and §4.9: the data of the `app_data_dictionary` extension and, with the
/// same encoding, of a SafeAAD. As read it may be unsorted: whether it is in order is for the
/// rules to say.
package struct AppDataDictionary: TLSCodable, Hashable, Sendable {
    package let entries: [ComponentData]

    package init(_ entries: [ComponentData] = []) {
        self.entries = entries
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        entries = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        writer.write(list: entries)
    }

    /// Whether the ids ascend strictly, and so none occurs twice.
    package var isSorted: Bool {
        zip(entries, entries.dropFirst()).allSatisfy { $0.component < $1.component }
    }

    /// The dictionary with these components, in their order.
    package init(_ components: [ComponentID: [UInt8]]) {
        entries = components.sorted { $0.key < $1.key }.map {
            ComponentData($0.key, data: $0.value)
        }
    }

    /// The data by component; of an id that occurs twice, the first.
    package var byComponent: [ComponentID: [UInt8]] {
        Dictionary(entries.map { ($0.component, $0.data) }) { first, _ in first }
    }

    /// The data of a component.
    package subscript(component: ComponentID) -> [UInt8]? {
        entries.first { $0.component == component }?.data
    }
}

/// mls-extensions §4.9: the content of `authenticated_data` in a group that asks for it.
package typealias SafeAAD = AppDataDictionary

/// mls-extensions §4.8: the content of an AppEphemeral proposal.
package typealias AppEphemeral = ComponentData
