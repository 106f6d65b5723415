import DSP
import Quantities

// Rulers: bars and markers above the graphs over time, the clock below.

extension Page {
  /// Markers and bar numbers over the length of the song.
  var ruler: String {
    let time = model.time
    guard !time.bars.isEmpty || !time.markers.isEmpty else { return "" }
    let length = max(time.seconds, 0.001)
    let markers = time.markers.map { marker in
      // Near the end a name stands before its place.
      let side = marker.seconds > 0.9 * length ? " class=\"end\"" : ""
      return "<b\(side) style=\"left:\(percent(marker.seconds / length))\">\(escaped(words(marker.name)))</b>"
    }
    let every = max(1, (time.bars.count + 11) / 12)
    // Round numbers of bars: 1, 2, 4, 8 …
    var step = 1
    while step < every { step *= 2 }
    let bars = time.bars.enumerated().filter { $0.offset % step == 0 }.map {
      "<span style=\"left:\(percent($0.element.seconds / length))\">\($0.element.bar)</span>"
    }
    let names = markers.isEmpty ? "" : "<div class=\"markers\">\(markers.joined())</div>"
    let numbers = bars.isEmpty ? "" : "<div class=\"bars\"><em>bar</em>\(bars.joined())</div>"
    return "<div class=\"ruler\" aria-hidden=\"true\">\(names)\(numbers)</div>"
  }

  /// Steps of the clock, in seconds.
  private static let clockSteps: [Double] = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600]

  func clock(_ seconds: Double) -> String {
    let step = Self.clockSteps.first { seconds / $0 <= 9 } ?? 7200
    let marks = (0...Int(seconds / step)).map { index -> String in
      let place = Double(index) * step
      let text = step < 1 ? decimals(place, 1, "s") : clockTime(place)
      let side = place > 0.97 * seconds && index > 0 ? " class=\"end\"" : ""
      return "<span\(side) style=\"left:\(percent(place / max(seconds, 0.001)))\">\(text)</span>"
    }
    return "<div class=\"clockface\" aria-hidden=\"true\">\(marks.joined())</div>"
  }
}
