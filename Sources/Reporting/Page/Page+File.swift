import DSP
import Delivery
import Quantities

// What the page says of a delivered file.

extension Page {
  func fileSection(_ file: ReportModel.File) -> String {
    let measured = file.measurement
    let channels = measured.channels == 1 ? "mono" : "stereo"
    let seconds = Double(measured.frames) / Double(measured.sampleRate)
    return """
      <section class="file" id="file-\(file.id)" aria-label="File \(escaped(words(file.id)))">
      <div class="title"><h2>\(escaped(file.path))</h2>\
      <p>\(file.version.map { "version \(escaped(words($0))) · " } ?? "")\(escaped(file.format)) · \(kilohertz(measured.sampleRate)) \(channels) · \(exactTime(seconds))</p></div>
      <audio controls preload="none" src="\(escaped(address(file.path)))"></audio>
      \(figures(file))
      \(course(file, seconds))
      <div class="pair">
      \(spectrum(file))
      \(field(file))
      </div>
      <div class="columns">
      \(peaks(file))
      \(platforms(file))
      \(identity(file))
      </div>
      </section>
      """
  }

  // MARK: Figures

  private func figures(_ file: ReportModel.File) -> String {
    let measured = file.measurement
    var items: [(name: String, value: String, note: String)] = []
    func add(_ name: String, _ value: String, _ note: String = "") { items.append((name, value, note)) }
    let aim = file.targetText.map { "target \(typographic($0))" } ?? "no target"
    add("Integrated", figure(measured.integrated, 1, "LUFS"), aim)
    add(
      "True peak", figure(measured.truePeak, 2, "dBTP"),
      file.ceiling.map { "ceiling \(figure($0, 1)) dBTP" } ?? "no ceiling")
    add("Loudness range", figure(measured.loudnessRange, 1, "LU"))
    add("Short-term max", figure(measured.maxShortTerm, 1, "LUFS"))
    add("Momentary max", figure(measured.maxMomentary, 1, "LUFS"))
    add("Peak to loudness", figure(measured.plr, 1, "LU"))
    add(
      "Limiter takes", file.hasLimiter ? figure(file.limiting, 1, "dB") : "none",
      file.hasLimiter ? "at most" : "no limiter")
    if let clipping = file.clipping { add("Clipper takes", figure(clipping, 1, "dB"), "at most") }
    if file.hasLimiter || file.clipping != nil {
      add("Reduction as heard", figure(file.reduction, 1, "dB"), "greatest mean over 50 ms")
    }
    add("Correlation", measured.channels == 1 ? "mono" : figure(measured.correlation, 2))
    add("Clipped", "\(measured.clippedSamples)", measured.clippedSamples == 1 ? "sample" : "samples")
    let cells = items.map { item in
      "<div><dt>\(item.name)</dt><dd>\(item.value)</dd>\(item.note.isEmpty ? "" : "<dd class=\"note\">\(item.note)</dd>")</div>"
    }
    return "<dl class=\"figures\">\(cells.joined())</dl>"
  }

  /// A line's look with what it stands for.
  static func key(_ kind: String, _ text: String) -> String { "<span><i class=\"k \(kind)\"></i>\(text)</span> " }

  // MARK: Over time

  private func course(_ file: ReportModel.File, _ seconds: Double) -> String {
    let analysis = file.analysis
    var bands = waveform(file, seconds) + loudness(file, seconds)
    if !analysis.correlation.isEmpty { bands += correlation(file, seconds) }
    if !file.limitingCourse.isEmpty { bands += limiting(file, seconds) }
    return """
      <figure class="course" data-seconds="\(plainDecimal(seconds))">
      <output class="reading">Point at the graphs to read them\(model.hasFiles ? "; click to hear from there" : "").</output>
      \(ruler(seconds))
      \(bands)
      \(clock(seconds))
      </figure>
      """
  }

  /// A graph over time with its scale at the left.
  func band(
    _ kind: String, _ title: String, key: String = "", labels: [(place: Double, text: String)], _ svg: String
  ) -> String {
    let marks = labels.map { "<span style=\"top:\(percent($0.place))\">\($0.text)</span>" }.joined()
    return """
      <div class="band \(kind)"><h3>\(title)\(key.isEmpty ? "" : "<span class=\"key\">\(key)</span>")</h3>\
      <div class="axis" aria-hidden="true">\(marks)</div><div class="plot">\(svg)<i class="cursor"></i></div></div>
      """
  }

  func markerPlaces(_ seconds: Double) -> [Double] {
    model.time.markers.filter { $0.seconds < seconds }.map { $0.seconds / max(seconds, 0.001) }
  }

  private func waveform(_ file: ReportModel.File, _ seconds: Double) -> String {
    let analysis = file.analysis
    let channels = file.measurement.channels == 1 ? [0] : [0, 1]
    let rows = Double(channels.count)
    var drawing = Drawing()
    drawing.upright(markerPlaces(seconds), "mark")
    let count = Double(max(1, analysis.minima.count))
    for channel in channels {
      func place(_ value: Double) -> Double { (Double(channel) + (1 - value) / 2) / rows }
      drawing.across([place(0)], "grid")
      let top = analysis.maxima.enumerated().map { (x: (Double($0) + 0.5) / count, y: place($1[channel])) }
      let bottom = analysis.minima.enumerated().map { (x: (Double($0) + 0.5) / count, y: place($1[channel])) }
      drawing.area(top + bottom.reversed(), "wave")
    }
    let flags = analysis.peaks.prefix(3).enumerated().map { index, peak in
      """
      <b class="flag" style="left:\(percent(peak.seconds / max(seconds, 0.001)))" \
      title="\(figure(peak.level, 2)) dBTP at \(exactTime(peak.seconds))">\(index + 1)</b>
      """
    }.joined()
    let labels =
      channels.count == 1
      ? [(0.5, "M")] : [(0.25, "L"), (0.75, "R")]
    return band(
      "waves\(channels.count)", "Waveform", key: "<b class=\"flag\">1</b> highest true peaks",
      labels: labels.map { (place: $0.0, text: $0.1) },
      drawing.svg("Waveform of \(file.path)") + flags)
  }

  private func loudness(_ file: ReportModel.File, _ seconds: Double) -> String {
    let analysis = file.analysis, measured = file.measurement
    let loudest = max(measured.maxMomentary ?? -23, file.target ?? -70)
    let top = 3 * Double(coordinate(loudest / 3 + 1))
    let scale = Scale(top: top, bottom: top - 30)
    var drawing = Drawing()
    let ticks = scale.ticks(6)
    drawing.across(ticks.map(scale.place), "grid")
    drawing.upright(markerPlaces(seconds), "mark")
    func line(_ values: [Double], from start: Double, _ kind: String) {
      drawing.line(
        reduced(values, limit: 1500).map { place, value in
          ((start + place * analysis.loudnessHop) / max(seconds, 0.001), scale.place(value))
        }, kind)
    }
    line(analysis.momentary, from: 0.4, "momentary")
    if let integrated = measured.integrated { drawing.across([scale.place(integrated)], "integrated") }
    if let target = file.target { drawing.across([scale.place(target)], "target") }
    line(analysis.shortTerm, from: 3, "short")
    var key = Self.key("short", "short-term") + Self.key("momentary", "momentary")
    if let integrated = measured.integrated { key += Self.key("integrated", "integrated \(figure(integrated, 1))") }
    if let target = file.target { key += Self.key("target", "target \(figure(target, 1))") }
    return band(
      "loud", "Loudness, LUFS", key: key, labels: ticks.map { (scale.place($0), figure($0, 0)) },
      drawing.svg("Loudness of \(file.path) over time, in LUFS"))
  }

  private func correlation(_ file: ReportModel.File, _ seconds: Double) -> String {
    let values = file.analysis.correlation
    let count = Double(max(1, values.count))
    let scale = Scale(top: 1, bottom: -1)
    var drawing = Drawing()
    drawing.upright(markerPlaces(seconds), "mark")
    drawing.across([0.5], "grid")
    drawing.line(
      values.enumerated().map { index, value in value.map { ((Double(index) + 0.5) / count, scale.place($0)) } },
      "thin")
    return band(
      "low", "Correlation", labels: [(0, "+1"), (0.5, "0"), (1, "−1")],
      drawing.svg("Correlation of left and right over time"))
  }

  private func limiting(_ file: ReportModel.File, _ seconds: Double) -> String {
    let depth = max(3, 3 * Double(coordinate(file.limiting / 3 + 0.49)))
    let (values, part) = greatest(file.limitingCourse, limit: 1500)
    let step = LimiterTrace.step * Double(part)
    var drawing = Drawing()
    drawing.upright(markerPlaces(seconds), "mark")
    drawing.across([0, 0.5, 1], "grid")
    drawing.area(hanging(values, step: step, seconds: seconds, depth: depth), "taken")
    return band(
      "low", "Limiter, dB", key: "takes \(figure(file.limiting, 1)) at most",
      labels: [(0, "0"), (0.5, figure(-depth / 2, 1)), (1, figure(-depth, 0))],
      drawing.svg("Gain reduction of the limiter over time, at most \(figure(file.limiting, 1)) dB"))
  }

  /// Reductions as a shape that hangs from the top.
  func hanging(_ values: [Double], step: Double, seconds: Double, depth: Double) -> [(x: Double, y: Double)] {
    let length = max(seconds, 0.001)
    var points: [(x: Double, y: Double)] = [(0, 0)]
    for (index, value) in values.enumerated() {
      points.append((Double(index) * step / length, value / depth))
      points.append((Double(index + 1) * step / length, value / depth))
    }
    points.append((Double(values.count) * step / length, 0))
    return points
  }

  // MARK: Spectrum and field

  private func spectrum(_ file: ReportModel.File) -> String {
    let spectrum = file.analysis.spectrum
    let loudest = spectrum.peak.filter(\.isFinite).max() ?? 0
    let top = 6 * Double(coordinate(loudest / 6 + 0.9))
    let scale = Scale(top: top, bottom: top - 66)
    var drawing = Drawing()
    let ticks = scale.ticks(12)
    drawing.across(ticks.map(scale.place), "grid")
    drawing.upright(Self.octaves.map { Self.octavePlace($0.frequency) }, "grid")
    let places = spectrum.frequencies.map(Self.octavePlace)
    let average = zip(places, spectrum.average).map { (x: $0, y: scale.place($1)) }
    drawing.area([(x: 0, y: 1.02)] + average + [(x: places.last ?? 1, y: 1.02)], "mass")
    drawing.line(average, "average")
    drawing.line(zip(places, spectrum.peak).map { (x: $0, y: scale.place($1)) }, "peak")
    let labels = ticks.map { "<span style=\"top:\(percent(scale.place($0)))\">\(figure($0, 0))</span>" }.joined()
    return """
      <figure class="graph spectrum"><figcaption><h3>Spectrum, dBFS</h3><span class="key">\(Self.key("peak", "peak"))\
      \(Self.key("average", "average, ⅙ octave"))</span></figcaption>\
      <div class="axis" aria-hidden="true">\(labels)</div>\
      <div class="plot">\(drawing.svg("Average and peak spectrum, 20 Hz to 20 kHz"))</div>\(octaveLabels)</figure>
      """
  }

  static let octaves: [(frequency: Double, text: String)] = [
    (50, "50"), (100, "100"), (200, "200"), (500, "500"), (1000, "1k"), (2000, "2k"), (5000, "5k"), (10_000, "10k"),
  ]

  /// Where a frequency lies between 20 Hz and 20 kHz.
  static func octavePlace(_ frequency: Double) -> Double { Maths.log10(frequency / 20) / 3 }

  var octaveLabels: String {
    let labels = Self.octaves.map {
      "<span style=\"left:\(percent(Self.octavePlace($0.frequency)))\">\($0.text)</span>"
    }
    return "<div class=\"hertz\" aria-hidden=\"true\">\(labels.joined())</div>"
  }

  private func field(_ file: ReportModel.File) -> String {
    guard file.measurement.channels == 2 else { return "" }
    let field = file.analysis.field
    let columns = StereoField.columns, rows = StereoField.rows
    let most = Double(max(1, field.counts.max() ?? 1))
    /// A cell's shade, 0 … 6: steps of a factor of about 3 under the fullest.
    func shade(_ count: Int) -> Int {
      guard count > 0 else { return 0 }
      return max(0, 6 - Int(-Maths.log10(Double(count) / most) * 2))
    }
    var paths = Array(repeating: "", count: 7)
    for row in 0..<rows {
      var column = 0
      while column < columns {
        let level = shade(field.counts[row * columns + column])
        var end = column + 1
        while end < columns, shade(field.counts[row * columns + end]) == level { end += 1 }
        if level > 0 { paths[level] += "M\(column) \(rows - 1 - row)h\(end - column)v1h-\(end - column)z" }
        column = end
      }
    }
    let cells = (1...6).map {
      "<path class=\"shade\" style=\"opacity:\(decimals(Double($0) / 6, 2, ""))\" d=\"\(paths[$0])\"/>"
    }
    return """
      <figure class="graph field"><figcaption><h3>Stereo field</h3><span class="key">upright is mono, the floor is out of phase</span>\
      </figcaption><div class="fan"><svg viewBox="0 0 61 31.5" role="img" aria-label="Where the samples lie between left and right">\
      \(cells.joined())<path class="ray" d="M30.5 30.5V0.5M30.5 30.5L9.3 9.3M30.5 30.5L51.7 9.3M0.5 30.5A30 30 0 0 1 60.5 30.5z"/></svg>\
      <div class="sides" aria-hidden="true"><span style="left:12%;top:25%">L</span><span style="left:88%;top:25%">R</span></div></div></figure>
      """
  }

  // MARK: Tables

  private func peaks(_ file: ReportModel.File) -> String {
    guard !file.analysis.peaks.isEmpty else { return "" }
    let rows = file.analysis.peaks.enumerated().map { index, peak in
      """
      <tr><td>\(index + 1)</td><td>\(exactTime(peak.seconds))</td><td>\(bar(at: peak.seconds))</td>\
      <td>\(figure(peak.level, 2))</td></tr>
      """
    }
    return """
      <div><h3>Highest true peaks</h3><table><thead><tr><th></th><th>time</th><th>\(model.time.bars.isEmpty ? "" : "bar")</th>\
      <th>dBTP</th></tr></thead><tbody>\(rows.joined())</tbody></table></div>
      """
  }

  /// The bar that a place lies in; empty without a tempo, or where not all bars are known.
  func bar(at seconds: Double) -> String {
    guard model.time.bars.count > 1, model.time.bars[1].bar == model.time.bars[0].bar + 1 else { return "" }
    return model.time.bars.last { $0.seconds <= seconds + 1e-6 }.map { "\($0.bar)" } ?? ""
  }

  private func platforms(_ file: ReportModel.File) -> String {
    let rows = Platform.all.map { platform -> String in
      let gain = platform.gain(file.measurement)
      let heard = gain.flatMap { gain in file.measurement.integrated.map { $0 + gain } }
      let name = platform.name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }
      return """
        <tr><td>\(Self.brands[platform.name] ?? name.joined(separator: " "))</td><td>\(figure(platform.reference, 0))</td>\
        <td>\(figure(gain, 1, signed: true))</td><td>\(figure(heard, 1))</td></tr>
        """
    }
    return """
      <div><h3>What players do with it</h3><table><thead><tr><th>platform</th><th>aims at</th><th>turns by, dB</th>\
      <th>heard at</th></tr></thead><tbody>\(rows.joined())</tbody></table></div>
      """
  }

  private static let brands = [
    "youtube": "YouTube", "youtube_music": "YouTube Music", "tidal": "TIDAL", "soundcloud": "SoundCloud",
  ]

  private func identity(_ file: ReportModel.File) -> String {
    let tags = file.tags.map { "<dt>\(escaped(words($0.name)))</dt><dd>\(escaped($0.value))</dd>" }.joined()
    return """
      <div class="identity"><h3>Tags</h3><dl class="tags">\(tags.isEmpty ? "<dd>none</dd>" : tags)</dl>\
      <h3>SHA-256</h3><dl class="hashes"><dt>samples</dt><dd>\(file.pcmSHA256)</dd><dt>file</dt><dd>\(file.sha256)</dd></dl></div>
      """
  }
}
