// Words ages and distances, and wires what needs a script. The page is whole without it.
