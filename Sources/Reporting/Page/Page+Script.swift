extension Page {
  /// Choosing a file, reading the graphs under the pointer, and hearing files in turn at one place and one loudness.
  /// Everything on the page is there without it.
  static let script = #"""
    "use strict";
    (() => {
      const data = JSON.parse(document.getElementById("data").textContent);
      const root = document.documentElement;
      const sections = [...document.querySelectorAll("section.file")];
      const tabs = [...document.querySelectorAll(".tab")];
      const players = sections.map(section => section.querySelector("audio"));
      const play = document.querySelector(".play"), clock = document.querySelector(".clock");
      const match = document.querySelector(".match"), matched = match.querySelector("input");
      const minus = text => text.replace("-", "−");
      const fixed = (value, places) => value === null || value === undefined ? "–" : minus(value.toFixed(places));
      const time = seconds => {
        const tenths = Math.round(Math.max(0, seconds) * 10), rest = tenths % 600;
        return Math.floor(tenths / 600) + ":" + (rest < 100 ? "0" : "") + (rest / 10).toFixed(1);
      };
      let chosen = 0, wanted = 0;

      root.classList.add("live");
      for (const part of [play, clock, match]) part.hidden = false;
      match.hidden = sections.length < 2;

      // Files in turn: the one that is chosen goes on where the other was.
      const trim = index => matched.checked ? Number(tabs[index].dataset.trim) : 0;
      const loudness = () => {
        players.forEach((player, index) => { player.volume = Math.min(1, Math.pow(10, trim(index) / 20)); });
        const shown = matched.checked && trim(chosen) < 0 ? " " + fixed(trim(chosen), 1) + " dB" : "";
        match.querySelector("span").textContent = shown;
      };
      const choose = index => {
        const before = players[chosen], after = players[index], running = !before.paused;
        if (index !== chosen) {
          if (!before.error) wanted = before.currentTime || wanted;
          before.pause();
        }
        chosen = index;
        sections.forEach((section, place) => section.classList.toggle("chosen", place === index));
        tabs.forEach((tab, place) => {
          if (place === index) tab.setAttribute("aria-current", "true"); else tab.removeAttribute("aria-current");
        });
        tell(after);
        loudness();
        seek(wanted);
        if (running) after.play().catch(() => {});
      };
      const tell = player => {
        play.disabled = Boolean(player.error);
        play.title = player.error ? "This browser cannot play the file, or it is not beside the report." : "";
      };
      const seek = seconds => {
        wanted = seconds;
        const player = players[chosen];
        if (player.readyState > 0 && Math.abs(player.currentTime - seconds) > 0.01) player.currentTime = seconds;
        show();
      };
      const show = () => {
        const player = players[chosen];
        const now = player.readyState > 0 ? player.currentTime : wanted;
        clock.textContent = time(now);
        const course = sections[chosen].querySelector(".course");
        if (course && (now > 0 || !player.paused) && !course.matches(":hover")) {
          course.classList.add("on");
          course.style.setProperty("--x", now / data.files[chosen].seconds);
        }
      };
      const turn = () => {
        show();
        if (!players[chosen].paused) requestAnimationFrame(turn);
      };
      players.forEach((player, index) => {
        const on = (event, action) => player.addEventListener(event, () => { if (index === chosen) action(); });
        on("loadedmetadata", () => { if (wanted > 0) player.currentTime = wanted; });
        on("play", () => {
          play.classList.add("playing");
          play.setAttribute("aria-label", "Pause");
          turn();
        });
        on("pause", () => {
          play.classList.remove("playing");
          play.setAttribute("aria-label", "Play");
          if (!player.error) wanted = player.currentTime;
        });
        on("error", () => tell(player));
      });
      play.addEventListener("click", () => {
        const player = players[chosen];
        if (player.paused) player.play().catch(() => {}); else player.pause();
      });
      matched.addEventListener("change", loudness);
      tabs.forEach((tab, index) => tab.addEventListener("click", event => {
        event.preventDefault();
        choose(index);
      }));
      document.addEventListener("keydown", event => {
        if (event.target.closest("input, button, a, audio") || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === " ") { event.preventDefault(); play.click(); }
        const number = Number(event.key);
        if (number >= 1 && number <= tabs.length) choose(number - 1);
      });

      // The graphs over time, read under the pointer.
      const at = (values, place) => values.length ? values[Math.min(values.length - 1, Math.max(0, place))] : null;
      const tenth = (values, place) => {
        const value = at(values, place);
        return value === null ? null : value / 10;
      };
      sections.forEach((section, index) => {
        const course = section.querySelector(".course"), reading = course && course.querySelector(".reading");
        if (!course) return;
        const file = data.files[index], rest = reading.textContent;
        const place = event => {
          const box = course.querySelector(".plot").getBoundingClientRect();
          return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
        };
        course.addEventListener("pointermove", event => {
          const part = place(event), now = part * file.seconds;
          const bar = data.bars.filter(line => line[1] <= now).pop();
          const words = ["<b>" + time(now) + "</b>"];
          if (bar) words.push("bar " + bar[0]);
          words.push("peak " + fixed(tenth(file.peak, Math.floor(now / file.step)), 1) + " dBFS");
          words.push("M " + fixed(now < 0.4 ? null : tenth(file.m, Math.round((now - 0.4) / file.hop)), 1));
          words.push("S " + fixed(now < 3 ? null : tenth(file.s, Math.round((now - 3) / file.hop)), 1) + " LUFS");
          if (file.c.length) {
            const value = at(file.c, Math.floor(now / file.step));
            words.push("correlation " + fixed(value === null ? null : value / 100, 2));
          }
          if (file.take.length) {
            words.push("limiter " + fixed(-tenth(file.take, Math.floor(now / file.takeStep)), 1) + " dB");
          }
          reading.innerHTML = words.join(" · ");
          reading.classList.add("on");
          course.classList.add("on");
          course.style.setProperty("--x", part);
        });
        course.addEventListener("pointerleave", () => {
          reading.textContent = rest;
          reading.classList.remove("on");
          course.classList.remove("on");
          show();
        });
        course.addEventListener("click", event => {
          if (event.target.closest(".plot")) seek(place(event) * file.seconds);
        });
      });
      choose(0);
    })();
    """#
}
