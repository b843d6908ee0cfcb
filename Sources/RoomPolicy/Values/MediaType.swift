import PresentationLanguage

/// ```
/// struct {
///     opaque name<V>;
///     opaque value<V>;
/// } MediaTypeParameter;
///
/// struct {
///     opaque media_type<V>;
///     MediaTypeParameter parameters<V>;
/// } MediaType;
/// ```
/// mls-extensions §6.2
package struct MediaType: TLSCodable, Hashable, Sendable {
    package struct Parameter: TLSCodable, Hashable, Sendable {
        package let name: Text
        package let value: Text

        package init(from reader: inout Reader) throws(DecodingError) {
            name = try Text(from: &reader)
            value = try Text(from: &reader)
        }

        package func write(to writer: inout Writer) {
            name.write(to: &writer)
            value.write(to: &writer)
        }
    }

    package let name: Text
    package let parameters: [Parameter]

    package init(_ name: String) {
        self.name = Text(name)
        parameters = []
    }

    package init(from reader: inout Reader) throws(DecodingError) {
        name = try Text(from: &reader)
        parameters = try reader.readList()
    }

    package func write(to writer: inout Writer) {
        name.write(to: &writer)
        writer.write(list: parameters)
    }
}
