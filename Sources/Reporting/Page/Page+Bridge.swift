import Delivery
import Quantities

// What tracks, buses and stretches of the song measure.

extension Page {
  /// A meter for every track and bus.
  var bridge: String {
    guard !model.strips.isEmpty else { return "" }
    // A mix lies between −60 dBFS and full scale; what is lower is drawn as nothing.
    func place(_ level: Double?) -> Double { level.map { min(1, max(0, 1 + $0 / 60)) } ?? 0 }
    let rows = model.strips.map { strip in
      let keys = strip.path.split(separator: ".", maxSplits: 1).map(String.init)
      let kind = keys.count == 1 ? "main" : keys[0] == "buses" ? "bus" : "track"
      return """
        <tr class="\(kind)"><th scope="row">\(escaped(words(keys.last ?? "")))</th>\
        <td class="meter" aria-hidden="true"><span><i style="width:\(percent(place(strip.loudness)))"></i>\
        <b style="left:\(percent(place(strip.peak)))"></b></span></td>\
        <td>\(figure(strip.loudness, 1))</td><td>\(figure(strip.peak, 1))</td><td>\(figure(strip.crest, 1))</td>\
        <td>\(figure(strip.correlation, 2, signed: true))</td></tr>
        """
    }
    return """
      <section id="bridge"><div class="title"><h2>Meter bridge</h2><p>Tracks and buses after their faders, as they \
      reach what they feed. The bar is the loudness, the line the highest sample, from −60 to 0. Crest is the peak \
      over the RMS of the time in which something sounds.</p></div>
      <div class="scroll"><table class="wide bridge"><thead><tr><th></th><th></th><th>LUFS</th><th>peak, dBFS</th>\
      <th>crest, dB</th><th>correlation</th></tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      </section>
      """
  }

  /// The song from marker to marker.
  var bySection: String {
    guard !model.sections.isEmpty else { return "" }
    let rows = model.sections.map { section in
      """
      <tr><th scope="row">\(section.name.map { escaped(words($0)) } ?? "start")</th><td>\(escaped(words(section.file)))</td>\
      <td>\(exactTime(section.from))</td><td>\(figure(section.loudness, 1))</td><td>\(figure(section.shortTerm, 1))</td>\
      <td>\(figure(section.peak, 1))</td><td>\(figure(section.limiting.map { -$0 }, 1))</td></tr>
      """
    }
    return """
      <section id="sections"><div class="title"><h2>By section</h2><p>From one marker to the next; one file of each \
      master and version.</p></div>
      <div class="scroll"><table class="wide"><thead><tr><th>section</th><th>file</th><th>from</th><th>LUFS</th>\
      <th>loudest 3 s</th><th>peak, dBFS</th><th>limiter at most, dB</th></tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      </section>
      """
  }
}
